export function report(rows: string[]): string {
  let text: string = '';
  for (const row of rows) text += `${row};`;
  return text;
}
