export function effects(values: Map<number, number>): number {
  let at = 0;
  const found = values.has(at++) ? values.get(at++)! : 0;
  return found + at;
}
