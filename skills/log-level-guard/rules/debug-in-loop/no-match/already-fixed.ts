import { pino } from 'pino';

const log = pino();

export function fixed(words: string[]): void {
  for (const word of words) {
    if (log.isLevelEnabled('debug')) {
      log.debug(word.toUpperCase());
    }
  }
}
