export function once(sizes: Record<string, number>): number {
  let sum = 0;
  for (const key of Object.keys(sizes)) sum += key.length;
  return sum;
}
