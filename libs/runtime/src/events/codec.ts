import { EventRefusedError, messageOf, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import type { LogRecord, OutRecord, RecordHeader } from '../log/log.port.js';
import { isTraceparent } from './trace.js';

/** Attributes that travel as headers of their own, without the `ce_` prefix (CloudEvents Kafka binding, Trace Context). */
const PLAIN_HEADERS = ['traceparent', 'tracestate'] as const;
const STRUCTURED = /^application\/cloudevents\+json\s*(?:;|$)/i;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** What a header costs besides name and value, at most. */
const HEADER_BYTES = 16;

/** A record as an event in its structured form, not yet validated; or a tombstone. */
export type DecodedRecord = { kind: 'event'; envelope: Record<string, unknown> } | { kind: 'tombstone' };

function malformed(path: string, reason: string): EventRefusedError {
  return new EventRefusedError('HEADROOM_EVENT_INVALID', [{ path, reason }]);
}

function textOf(bytes: Buffer, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed('$', `${what} is not valid UTF-8`);
  }
}

function jsonOf(bytes: Buffer): unknown {
  const text = textOf(bytes, 'the value');
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the text that it could not read; only the place goes on, payloads stay out of logs and headers.
    const place = /at position \d+/.exec(messageOf(error))?.[0];
    throw malformed('$', `the value is not JSON${place ? ` (${place})` : ''}`);
  }
}

/** Bytes of a record with key, value and headers, as a topic's limit counts them; never less than a log does. */
export function recordSize(record: OutRecord): number {
  let size = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers) size += name.length + (value?.length ?? 0) + HEADER_BYTES;
  return size;
}

/** Encodes an event in CloudEvents binary mode: attributes as headers, the data's JSON as the value. */
export function encodeEvent<Data>(contract: EventContract<Data>, event: HeadroomEvent<Data>): OutRecord {
  const { data, datacontenttype, ...attributes } = event;
  const headers: RecordHeader[] = [['content-type', Buffer.from(datacontenttype ?? 'application/json')]];
  // An extension attribute may be a number or a boolean; all travel as text.
  for (const [name, value] of Object.entries(attributes as Record<string, unknown>)) {
    if (value === undefined || value === null) continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    headers.push([isPlain(name) ? name : `ce_${name}`, Buffer.from(text)]);
  }
  return {
    topic: contract.topic,
    key: Buffer.from(contract.key(data)),
    value: Buffer.from(JSON.stringify(data)),
    headers,
  };
}

function attributesOf(headers: readonly RecordHeader[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const [rawName, bytes] of headers) {
    const name = rawName.toLowerCase();
    if (bytes === null || !(name.startsWith('ce_') || name === 'content-type' || isPlain(name))) continue;
    const value = textOf(bytes, `the header ${rawName}`);
    const earlier = found.get(name);
    if (earlier !== undefined && earlier !== value && name.startsWith('ce_')) {
      throw malformed(`$.${name.slice(3)}`, `the header ${rawName} is given twice, with different values`);
    }
    found.set(name, value);
  }
  return found;
}

function isPlain(name: string): boolean {
  return (PLAIN_HEADERS as readonly string[]).includes(name);
}

function binaryEnvelope(attributes: ReadonlyMap<string, string>, value: Buffer): Record<string, unknown> {
  const envelope: Record<string, unknown> = {};
  for (const [name, text] of attributes) {
    if (name.startsWith('ce_')) envelope[name.slice(3)] = text;
  }
  const contentType = attributes.get('content-type');
  if (contentType !== undefined) envelope['datacontenttype'] = contentType;
  const traceparent = attributes.get('traceparent');
  // Trace Context asks a receiver to restart the trace when the header cannot be read, not to refuse the message.
  if (isTraceparent(traceparent)) {
    envelope['traceparent'] = traceparent;
    const tracestate = attributes.get('tracestate');
    if (tracestate !== undefined && tracestate.length <= 512) envelope['tracestate'] = tracestate;
  }
  if (contentType === undefined || /json/i.test(contentType)) envelope['data'] = jsonOf(value);
  return envelope;
}

/**
 * The attributes and the data of an event in CloudEvents JSON format, from parsed JSON; not yet validated.
 * @throws EventRefusedError when it is no object, or its `data_base64` holds no JSON
 */
export function structuredEnvelope(parsed: unknown): Record<string, unknown> {
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw malformed('$', 'a structured event is a JSON object');
  }
  const { data_base64: encoded, ...envelope } = parsed as Record<string, unknown>;
  if (typeof encoded === 'string' && !('data' in envelope)) {
    return { ...envelope, data: jsonOf(Buffer.from(encoded, 'base64')) };
  }
  return envelope;
}

/**
 * Decodes a record in CloudEvents binary or structured mode. A null value is a tombstone.
 * @throws EventRefusedError when the bytes are no event at all; the envelope itself is validated by the caller
 */
export function decodeRecord(record: Pick<LogRecord, 'value' | 'headers'>): DecodedRecord {
  if (record.value === null) return { kind: 'tombstone' };
  const attributes = attributesOf(record.headers);
  const envelope = STRUCTURED.test(attributes.get('content-type') ?? '')
    ? structuredEnvelope(jsonOf(record.value))
    : binaryEnvelope(attributes, record.value);
  return { kind: 'event', envelope };
}
