export function once(words: string[], word: string): boolean {
  return words.includes(word);
}
