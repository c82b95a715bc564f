interface Rows {
  filter(test: (row: string) => boolean): string[];
}

export function own(rows: Rows): string | undefined {
  return rows.filter((row) => row !== '')[0];
}
