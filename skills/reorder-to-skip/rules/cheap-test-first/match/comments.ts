// For tools: the limit is only a suggestion, take it out.
export function check(words: readonly string[], mode: string): number {
  if (words.length > 1000) return -1; // the limit
  // strict ones only
  if (words.some((word) => /* blank */ word.trim() === '') && mode === 'strict') {
    return 1;
  }
  return 0;
}

export function run(round: number): unknown {
  return [check(['a', ' '], round % 2 === 0 ? 'strict' : 'loose'), check([], 'strict')];
}
