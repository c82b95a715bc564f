let next = 0;

export function numbered(words: string[]): Record<string, number> {
  return words.reduce((all, word) => ({ ...all, [word]: next++ }), {});
}
