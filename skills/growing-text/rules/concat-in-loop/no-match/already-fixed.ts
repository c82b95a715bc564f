export function stream(rows: string[], out: { write(text: string): void }): void {
  for (const row of rows) out.write(row);
}
