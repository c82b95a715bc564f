export function inSet(words: string[], known: Set<string>): number {
  let count = 0;
  for (const word of words) if (known.has(word)) count++;
  return count;
}
