import { logger } from '../logger.ts';

export function grade(points: number): string {
  if (points > 50) logger.info('hot passed', { points });
  else logger.debug('hot failed', { points });
  for (const limit of [10, 20]) logger.info('hot limit', limit);
  return points > 50 ? 'passed' : 'failed';
}

export function run(round: number): unknown {
  return grade(round);
}
