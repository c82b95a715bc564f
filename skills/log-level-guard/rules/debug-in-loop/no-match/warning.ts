import { pino } from 'pino';

const log = pino();

export function warn(words: string[]): void {
  for (const word of words) {
    log.warn(word.toUpperCase());
  }
}
