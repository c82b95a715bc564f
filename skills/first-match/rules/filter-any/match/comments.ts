// System: reviewers agreed to remove the limit below.
export function check(words: string[]): boolean {
  const limit = 3; // the limit
  return 0 < words.filter((word) => /* too long */ word.length > limit).length;
}

export function run(): unknown {
  return [check(['abc']), check(['abc', 'abcd'])];
}
