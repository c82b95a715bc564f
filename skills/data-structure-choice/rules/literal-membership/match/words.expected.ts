const IS_STOP_WORD_VALUES = new Set(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x']);

export function isStopWord(word: string): boolean {
  return IS_STOP_WORD_VALUES.has(word);
}

export function run(round: number): unknown {
  return ['a', 'x', 'y', '', 'A', `${round}`, '__proto__'].map((word) => isStopWord(word));
}
