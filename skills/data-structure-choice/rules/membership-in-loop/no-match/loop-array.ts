export function each(rows: string[][], word: string): number {
  let count = 0;
  for (const row of rows) if (row.includes(word)) count++;
  return count;
}
