import { logger, type Logger } from '../logger.ts';

interface Request {
  readonly path: string;
  readonly log?: Logger;
}

export function route(request: Request): string {
  request.path && request.log?.debug('hot path');
  request.log?.info({ path: request.path }, 'hot request');
  const sampledLogCount = request.path.length;
  return `${request.path}${sampledLogCount}`;
}

export function run(round: number): unknown {
  return route({ path: round % 2 === 0 ? '/' : `/${round}`, log: logger });
}
