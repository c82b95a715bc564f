import { pino } from 'pino';

const log = pino();

export function once(word: string): void {
  log.debug(word.toUpperCase());
}
