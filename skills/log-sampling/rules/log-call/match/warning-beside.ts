import { logger } from '../logger.ts';

export function reserve(sku: string, left: number): boolean {
  logger.info('hot reserve', { sku, left });
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
