export function fixed(sizes: Record<string, number>, rounds: number): number {
  const sizesKeys = Object.keys(sizes);
  let sum = 0;
  for (let at = 0; at < rounds; at++) sum += sizesKeys.length;
  return sum;
}
