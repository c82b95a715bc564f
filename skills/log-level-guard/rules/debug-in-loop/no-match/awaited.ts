import { pino } from 'pino';

const log = pino();

export async function waits(words: string[]): Promise<void> {
  for (const word of words) {
    await log.debug(word.toUpperCase());
  }
}
