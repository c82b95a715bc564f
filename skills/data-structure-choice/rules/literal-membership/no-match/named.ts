export function named(word: string, words: string[]): boolean {
  return words.includes(word);
}
