import { logger } from '../logger.ts';

export async function load(read: () => Promise<string>): Promise<void> {
  logger.info('loaded', await read());
}
