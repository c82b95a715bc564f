export function isStopWord(word: string): boolean {
  return ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x'].includes(word);
}

export function run(round: number): unknown {
  return ['a', 'x', 'y', '', 'A', `${round}`, '__proto__'].map((word) => isStopWord(word));
}
