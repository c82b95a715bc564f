export function deep(rows: string[][]): boolean {
  return rows.filter((row) => row[0].length > 3).length === 0;
}
