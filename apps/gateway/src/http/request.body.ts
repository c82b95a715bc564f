import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { HeadroomError, messageOf } from '@headroom/contracts';
import type { z } from 'zod';

/** The bytes of a request's body; empty when it has none. */
export function bodyOf(request: IncomingMessage & { body?: unknown }): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** The media type of a request without its parameters, lower case; empty when there is none. */
export function mediaTypeOf(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/**
 * A body that must be JSON.
 * @throws HeadroomError `HEADROOM_BODY_INVALID`
 */
export function jsonBody(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown;
  } catch (error) {
    // V8 quotes the text that it could not read; only the place goes on, payloads stay out of answers and logs.
    const place = /at position \d+/.exec(messageOf(error))?.[0];
    throw new HeadroomError(`The body is not JSON in UTF-8${place ? ` (${place})` : ''}.`, {
      code: 'HEADROOM_BODY_INVALID',
      cause: error,
    });
  }
}

/** Failures of a schema, each with its JSON path below a root. */
export function issuesBelow(
  root: string,
  found: readonly { path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined; message: string }[],
): { path: string; reason: string }[] {
  return found.map(({ path = [], message }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return { path: [root, ...keys].join('.'), reason: message };
  });
}

/**
 * The JSON body of a request, checked by a schema.
 * @throws HeadroomError `HEADROOM_MEDIA_TYPE_UNSUPPORTED`, `HEADROOM_BODY_INVALID` with the place of each problem
 */
export function checkedJsonBody<Schema extends z.ZodType>(request: IncomingMessage, schema: Schema): z.output<Schema> {
  const mediaType = mediaTypeOf(request.headers);
  if (mediaType !== 'application/json') {
    throw new HeadroomError(`"${mediaType}" is not taken here; send application/json.`, {
      code: 'HEADROOM_MEDIA_TYPE_UNSUPPORTED',
    });
  }
  const parsed = schema.safeParse(jsonBody(bodyOf(request)));
  if (parsed.success) return parsed.data;
  const issues = issuesBelow('$', parsed.error.issues);
  const detail = issues.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new HeadroomError(detail, { code: 'HEADROOM_BODY_INVALID', details: { issues } });
}
