import { EventRefusedError, HeadroomError } from '@headroom/contracts';
import { decodeRecord, isTraceparent, type RecordHeader } from '@headroom/runtime';
import type { IncomingHttpHeaders } from 'node:http';
import type { RequestTrace } from './intake.service.js';
import { jsonBody, mediaTypeOf } from '../http/request.body.js';

/** One event in CloudEvents JSON format. */
export const STRUCTURED = 'application/cloudevents+json';
/** A JSON array of them. */
export const BATCH = 'application/cloudevents-batch+json';

/** How a request carried its events. */
export interface EventBody {
  mode: 'structured' | 'binary' | 'batch';
  /** In CloudEvents JSON format, not yet validated. */
  values: unknown[];
}

// CloudEvents HTTP binding 1.0.2, section 3.1.3.2: header values are percent-encoded, and may be quoted.
function headerText(name: string, value: string): string {
  const plain = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value;
  try {
    return decodeURIComponent(plain);
  } catch {
    const reason = `the header ce-${name} is not percent-encoded UTF-8`;
    throw new EventRefusedError('HEADROOM_EVENT_INVALID', [{ path: `$.${name}`, reason }]);
  }
}

function binaryEvent(headers: IncomingHttpHeaders, body: Buffer): unknown {
  jsonBody(body);
  const carried: RecordHeader[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string') continue;
    const attribute = /^ce-(.+)$/.exec(name)?.[1];
    if (attribute !== undefined) carried.push([`ce_${attribute}`, Buffer.from(headerText(attribute, value))]);
    else if (name === 'content-type') carried.push([name, Buffer.from(value)]);
  }
  const decoded = decodeRecord({ value: body, headers: carried });
  return decoded.kind === 'event' ? decoded.envelope : undefined;
}

function unsupported(mediaType: string): HeadroomError {
  const sent = mediaType === '' ? 'A body without a content type' : `"${mediaType}"`;
  return new HeadroomError(
    `${sent} is not taken here. Send ${STRUCTURED} (one event), ${BATCH} (an array), or JSON data with the attributes as ce-* headers (binary mode).`,
    { code: 'HEADROOM_MEDIA_TYPE_UNSUPPORTED' },
  );
}

/**
 * Reads the events of a request in the three modes of the CloudEvents HTTP binding.
 * @throws HeadroomError `HEADROOM_BODY_INVALID`, `HEADROOM_MEDIA_TYPE_UNSUPPORTED`; EventRefusedError for headers that are no
 *   event's
 */
export function eventsOfRequest(headers: IncomingHttpHeaders, body: Buffer): EventBody {
  const mediaType = mediaTypeOf(headers);
  if (mediaType === STRUCTURED) return { mode: 'structured', values: [jsonBody(body)] };
  if (mediaType === BATCH) {
    const values = jsonBody(body);
    if (Array.isArray(values)) return { mode: 'batch', values };
    throw new HeadroomError('A batch is a JSON array of events.', { code: 'HEADROOM_BODY_INVALID' });
  }
  const isBinary = headers['ce-specversion'] !== undefined && /^application\/(?:[a-z0-9.+-]*\+)?json$/.test(mediaType);
  if (!isBinary) throw unsupported(mediaType);
  return { mode: 'binary', values: [binaryEvent(headers, body)] };
}

/** The trace of a request; undefined where it has none that can be read, as Trace Context asks. */
export function traceOfRequest({ traceparent, tracestate }: IncomingHttpHeaders): RequestTrace | undefined {
  if (typeof traceparent !== 'string' || !isTraceparent(traceparent)) return undefined;
  const kept = typeof tracestate === 'string' && tracestate.length <= 512;
  return { traceparent, ...(kept ? { tracestate } : {}) };
}
