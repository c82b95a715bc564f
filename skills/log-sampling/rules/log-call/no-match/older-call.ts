import { logger } from '../logger.ts';

export function order(names: readonly string[]): string[] {
  logger.info('ordering', { count: names.length });
  const sorted = names.filter((name) => names.indexOf(name) >= 0).sort();
  return sorted;
}
