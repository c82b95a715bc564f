export function outer(rows: object[]): object[] {
  return rows.map((row) => ({ ...JSON.parse(JSON.stringify(row)), copied: true }));
}
