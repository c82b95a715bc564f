import { logger } from '../logger.ts';

export function each(lines: readonly string[]): void[] {
  return lines.map((line) => logger.info('line', line));
}
