export function own(table: { sort(column: string, down: boolean): string[] }): string | undefined {
  return table.sort('name', true)[0];
}
