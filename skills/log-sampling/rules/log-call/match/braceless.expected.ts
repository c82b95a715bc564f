import { logger } from '../logger.ts';

// Counts one info record of grade: 1 in 100 is written, the first included.
let gradeLogCount = 0;
// Counts one debug record of grade: 1 in 100 is written, the first included.
let gradeLogCount2 = 0;
// Counts one info record of grade: 1 in 100 is written, the first included.
let gradeLogCount3 = 0;

export function grade(points: number): string {
  if (points > 50) {
    if ((gradeLogCount = (gradeLogCount + 1) % 100) === 1) {
      logger.info('hot passed', { points });
    }
  } else {
    if ((gradeLogCount2 = (gradeLogCount2 + 1) % 100) === 1) {
      logger.debug('hot failed', { points });
    }
  }
  for (const limit of [10, 20]) {
    if ((gradeLogCount3 = (gradeLogCount3 + 1) % 100) === 1) {
      logger.info('hot limit', limit);
    }
  }
  return points > 50 ? 'passed' : 'failed';
}

export function run(round: number): unknown {
  return grade(round);
}
