'use strict';
import { logger } from '../logger.ts';

// Counts one info record of handle: 1 in 100 is written, the first included.
let handleLogCount = 0;
// Counts one debug record of handle: 1 in 100 is written, the first included.
let handleLogCount2 = 0;
// Counts one info record of handle: 1 in 100 is written, the first included.
let handleLogCount3 = 0;

const getLogger = () => logger;

export const handle = (order, ...notes) => {
  if ((handleLogCount = (handleLogCount + 1) % 100) === 1) {
    logger.log('info', 'hot order', { id: order.id, notes: [...notes] });
  }
  if ((handleLogCount2 = (handleLogCount2 + 1) % 100) === 1) {
    logger['debug']('hot repeat', order.id.toString(36), ...notes);
  }
  logger.log('warn', 'hot warned', order.id);
  if ((handleLogCount3 = (handleLogCount3 + 1) % 100) === 1) {
    getLogger().info('hot last', order && order.id);
  }
  return order.id;
};

export function run(round) {
  return handle({ id: round }, 'a', 'b');
}
