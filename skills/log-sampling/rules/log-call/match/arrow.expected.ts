import { logger } from '../logger.ts';

// Counts one info record of visit: 1 in 100 is written, the first included.
let visitLogCount = 0;
// Counts one debug record of visit: 1 in 100 is written, the first included.
let visitLogCount2 = 0;

export function visit(items: readonly string[]): number {
  items.forEach((item) => {
    if ((visitLogCount = (visitLogCount + 1) % 100) === 1) {
      logger.info('hot item', { item, size: item.length });
    }
  });
  items
    .filter((item) => item !== '')
    .forEach((item, index) => {
      if ((visitLogCount2 = (visitLogCount2 + 1) % 100) === 1) {
        logger.debug('hot filtered item', {
          item,
          index,
        });
      }
    });
  return items.length;
}

export function run(round: number): unknown {
  return visit(['a', '', String(round)]);
}
