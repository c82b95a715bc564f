import type { Logger } from 'pino';

export class Worker {
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  name(): Logger {
    return this.#log;
  }
}

export function drain(log: Logger, queue: string[]): number {
  let count = 0;
  while (queue.length > 0) {
    const one = queue.pop()!;
    if (log.isLevelEnabled('trace')) log.trace({ one, left: queue.length }, `took ${one.trim()}`);
    count++;
  }
  return count;
}
