import { createLogger } from 'winston';

// Formats of this library run for records that no transport takes.
const log = createLogger();

export function other(words: string[]): void {
  for (const word of words) {
    log.debug(word.toUpperCase());
  }
}
