import type { IncomingMessage } from 'node:http';

/** The bytes of a request's body; empty when it has none. */
export function bodyOf(request: IncomingMessage & { body?: unknown }): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}
