export function each(rows: Record<string, number>[]): number {
  let count = 0;
  for (const row of rows) count += Object.keys(row).length;
  return count;
}
