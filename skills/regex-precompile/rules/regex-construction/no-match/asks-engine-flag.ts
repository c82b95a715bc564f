export function isWord(text: string): boolean {
  try {
    return new RegExp('^[a-z]+$', 'v').test(text);
  } catch {
    return new RegExp('^[a-z]+$', 'gu').test(text);
  }
}
