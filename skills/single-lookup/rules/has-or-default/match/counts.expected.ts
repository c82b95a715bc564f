export function counts(words: string[]): [string, number][] {
  const seen = new Map<string, number>();
  for (const word of words) {
    seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  return [...seen];
}

export function run(): unknown {
  return counts(['a', 'b', 'a', '__proto__', 'constructor', '__proto__']);
}
