export function short(word: string): boolean {
  return ['a', 'an', 'the'].includes(word);
}
