import { pino } from 'pino';

const log = pino();

export function numbered(words: string[]): number {
  let at = 0;
  for (const word of words) {
    log.debug(`${word.trim()} ${at++}`);
  }
  return at;
}
