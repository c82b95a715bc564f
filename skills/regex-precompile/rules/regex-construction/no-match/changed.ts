export function changed(text: string): boolean {
  const pattern = new RegExp('a');
  pattern.lastIndex = 3;
  return pattern.test(text);
}
