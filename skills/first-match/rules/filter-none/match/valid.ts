export function allValid(words: string[]): boolean {
  return words.filter((word) => word === '').length === 0;
}

export function run(): unknown {
  return [allValid(['a']), allValid(['a', '']), allValid([])];
}
