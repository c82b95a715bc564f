import { pino } from 'pino';

const log = pino();

export function plain(words: string[]): void {
  for (const word of words) {
    log.debug(word);
  }
}
