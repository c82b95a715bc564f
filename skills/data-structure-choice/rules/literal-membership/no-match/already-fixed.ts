const WORDS = new Set(['a', 'b', 'c']);

export function fixed(word: string): boolean {
  return WORDS.has(word);
}
