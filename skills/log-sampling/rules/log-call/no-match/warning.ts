import { logger } from '../logger.ts';

export function check(left: number): boolean {
  logger.warn('stock is low', { left });
  logger.error('stock is very low', { left });
  return left > 0;
}
