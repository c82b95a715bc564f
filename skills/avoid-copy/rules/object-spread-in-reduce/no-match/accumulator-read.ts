export function counts(words: string[]): Record<string, number> {
  return words.reduce((all: Record<string, number>, word) => ({ ...all, [word]: (all[word] ?? 0) + 1 }), {});
}
