export function report(rows: string[]): string {
  let text = '';
  for (const row of rows) text += `${row};`;
  return text;
}
