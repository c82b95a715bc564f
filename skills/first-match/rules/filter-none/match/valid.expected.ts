export function allValid(words: string[]): boolean {
  return !words.some((word) => word === '');
}

export function run(): unknown {
  return [allValid(['a']), allValid(['a', '']), allValid([])];
}
