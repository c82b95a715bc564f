export function plain(items: string[]): string {
  let text = '';
  for (const item of items) text += item;
  return text;
}
