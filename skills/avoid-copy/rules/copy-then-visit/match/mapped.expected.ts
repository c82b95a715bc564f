export function shout(words: readonly string[]): string[] {
  return words.map((word) => word.toUpperCase());
}

export function run(): unknown {
  return [shout(['a', 'b']), shout([])];
}
