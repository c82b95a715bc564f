export function unique(words: string[]): string[] {
  const seen: string[] = [];
  for (const word of words) if (!seen.includes(word)) seen.push(word);
  return seen;
}
