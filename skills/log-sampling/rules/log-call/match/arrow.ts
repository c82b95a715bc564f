import { logger } from '../logger.ts';

export function visit(items: readonly string[]): number {
  items.forEach((item) => logger.info('hot item', { item, size: item.length }));
  items
    .filter((item) => item !== '')
    .forEach((item, index) =>
      logger.debug('hot filtered item', {
        item,
        index,
      }),
    );
  return items.length;
}

export function run(round: number): unknown {
  return visit(['a', '', String(round)]);
}
