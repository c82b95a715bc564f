export function anyElements(rows: any[]): boolean {
  return rows.filter((row) => row.name.length > 3).length > 0;
}
