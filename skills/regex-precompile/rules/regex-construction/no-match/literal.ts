export function isWord(text: string): boolean {
  return /^\w+$/.test(text);
}
