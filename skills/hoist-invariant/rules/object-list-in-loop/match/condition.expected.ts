export function widths(sizes: Record<string, number>): number[] {
  const found: number[] = [];
  const sizesKeys = Object.keys(sizes);
  for (let at = 0; at < sizesKeys.length; at++) {
    found.push(sizesKeys[at]!.length);
  }
  return found;
}

export function other(sizes: Record<string, number>): number {
  let sum = 0;
  for (let at = 0; at < 3; at++) sum += Object.values(sizes).length;
  return sum;
}

export function run(): unknown {
  return [widths({ a: 1, bb: 2, 10: 3, ['__proto__']: 4 }), widths({}), other({ a: 1 })];
}
