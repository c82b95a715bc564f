import { createRequire } from 'node:module';

/** What is used of the class that orders the requests of one connection. */
interface RequestQueue {
  pending: readonly unknown[];
  /** Milliseconds since 1970; -1 when the broker asked for no pause. */
  throttledUntil: number;
  scheduleCheckPendingRequests(): void;
}

const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
const lookLater: (this: RequestQueue) => void = Reflect.get(prototype, 'scheduleCheckPendingRequests');

/**
 * Lets the connections of kafkajs 2.2.4 rest. After its first answer each of them looks a thousand times a second for
 * requests that wait, by a timer whose delay is negative (kafkajs#1751). Nothing is missed without it: a request that is
 * sent or answered looks as well.
 */
export function restIdleConnections(): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) lookLater.call(this);
  };
}
