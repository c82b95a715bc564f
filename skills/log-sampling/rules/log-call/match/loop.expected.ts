import { logger } from '../logger.ts';

// Counts one info record of total: 1 in 100 is written, the first included.
let totalLogCount = 0;

/** Adds up what the items cost. */
export function total(prices: readonly number[]): number {
  let sum = 0;
  for (const price of prices) {
    sum += price;
    if ((totalLogCount = (totalLogCount + 1) % 100) === 1) {
      logger.info('hot price added', { price, sum });
    }
  }
  logger.info('total made', { sum });
  return sum;
}

export function run(round: number): unknown {
  return total([round, 2, 3]);
}
