'use strict';
import { logger } from '../logger.ts';

const getLogger = () => logger;

export const handle = (order, ...notes) => {
  logger.log('info', 'hot order', { id: order.id, notes: [...notes] });
  logger['debug']('hot repeat', order.id.toString(36), ...notes);
  logger.log('warn', 'hot warned', order.id);
  getLogger().info('hot last', order && order.id);
  return order.id;
};

export function run(round) {
  return handle({ id: round }, 'a', 'b');
}
