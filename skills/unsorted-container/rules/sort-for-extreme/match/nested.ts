export function outer(rows: number[][]): (number | undefined)[] {
  return rows.map((row) => row.toSorted((a, b) => b - a).at(0));
}
