import { logger } from '../logger.ts';

/** Adds up what the items cost. */
export function total(prices: readonly number[]): number {
  let sum = 0;
  for (const price of prices) {
    sum += price;
    logger.info('hot price added', { price, sum });
  }
  logger.info('total made', { sum });
  return sum;
}

export function run(round: number): unknown {
  return total([round, 2, 3]);
}
