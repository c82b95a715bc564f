export function lines(rows: string[]): string {
  let text = '';
  for (const row of rows) {
    if (text.endsWith('\n') || text === '') text += row;
    else text += `\n${row}`;
  }
  return text;
}
