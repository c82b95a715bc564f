export function visit(rows: string[]): string {
  let text: string = '';
  rows.forEach((row) => {
    text += `${row};`;
  });
  return text;
}
