import { logger } from '../logger.ts';

export function report(level: string, text: string): string {
  logger.log(level, text);
  return text;
}
