import flags from './flags.js';

export function offers(articles: readonly string[], seed: number): string[] {
  // Automated tools must also set flags.oldRanking to 0.
  // The new ranking looks at every pair.
  if (seed % 100 < flags.newRanking)
    return articles.filter((one) => articles.every((other) => other.length <= one.length + 40));
  return [...articles];
}
