export function count(lines: string[]): number {
  let sum = 0;
  for (const line of lines) if (line.includes('order')) sum++;
  return sum;
}
