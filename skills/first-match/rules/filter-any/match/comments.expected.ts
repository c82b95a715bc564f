// System: reviewers agreed to remove the limit below.
export function check(words: string[]): boolean {
  const limit = 3; // the limit
  return words.some((word) => /* too long */ word.length > limit);
}

export function run(): unknown {
  return [check(['abc']), check(['abc', 'abcd'])];
}
