import { logger } from '../logger.ts';

// Counts one info record of reserve: 1 in 100 is written, the first included.
let reserveLogCount = 0;

export function reserve(sku: string, left: number): boolean {
  if ((reserveLogCount = (reserveLogCount + 1) % 100) === 1) {
    logger.info('hot reserve', { sku, left });
  }
  if (left < 10) {
    logger.warn('hot stock is low', { sku, left });
  }
  if (left === 0) {
    logger.error('hot out of stock', { sku });
  }
  return left > 0;
}

export function run(round: number): unknown {
  return reserve('a', round % 20);
}
