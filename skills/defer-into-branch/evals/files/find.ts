import { buildIndex } from './index.js';

export function find(words: readonly string[], wanted: string): number {
  const index = buildIndex(words);
  return index.get(wanted) ?? -1;
}
