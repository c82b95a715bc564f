import { logger } from '../logger.ts';

let served = 0;

export function serve(path: string): string {
  logger.info('served', { path, number: ++served });
  return path;
}
