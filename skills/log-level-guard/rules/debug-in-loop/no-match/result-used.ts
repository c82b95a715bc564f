import { pino } from 'pino';

const log = pino();

export function used(words: string[]): unknown[] {
  const results: unknown[] = [];
  for (const word of words) {
    results.push(log.debug(word.toUpperCase()));
  }
  return results;
}
