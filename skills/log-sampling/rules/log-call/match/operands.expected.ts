import { logger, type Logger } from '../logger.ts';

// Counts one debug record of route: 1 in 100 is written, the first included.
let routeLogCount = 0;
// Counts one info record of route: 1 in 100 is written, the first included.
let routeLogCount2 = 0;

interface Request {
  readonly path: string;
  readonly log?: Logger;
}

export function route(request: Request): string {
  request.path && (routeLogCount = (routeLogCount + 1) % 100) === 1 && request.log?.debug('hot path');
  if ((routeLogCount2 = (routeLogCount2 + 1) % 100) === 1) {
    request.log?.info({ path: request.path }, 'hot request');
  }
  const sampledLogCount = request.path.length;
  return `${request.path}${sampledLogCount}`;
}

export function run(round: number): unknown {
  return route({ path: round % 2 === 0 ? '/' : `/${round}`, log: logger });
}
