export function keys(items: string[]): string {
  let text = '';
  for (const key in [...items]) text += key;
  return text;
}
