import settings from './settings.js';

const known = new Map<string, string[]>();

export function search(words: string): string[] {
  const found = known.get(words);
  if (found !== undefined) return found;
  const hits = words.split(' ').filter((word) => word.length > settings.shortest);
  if (known.size < settings.cacheEntries) known.set(words, hits);
  return hits;
}
