import { logger } from '../logger.ts';

// Counts one info record of visit: 1 in 100 is written, the first included.
let visitLogCount = 0;

export function visit(path: string): string {
  if ((visitLogCount = (visitLogCount + 1) % 100) === 1) {
    logger.info('visited', { path });
  }
  return path;
}
