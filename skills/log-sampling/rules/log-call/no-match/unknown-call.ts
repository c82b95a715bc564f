import { logger } from '../logger.ts';

export function take(queue: { next(): number; size: number }): number {
  logger.debug(`took ${queue.next()}`, queue.size);
  return queue.size;
}
