import { logger } from '../logger.ts';

export function fail(ids: Set<string>, id: string): number {
  logger.info('failed', new Error(id));
  return ids.size;
}
