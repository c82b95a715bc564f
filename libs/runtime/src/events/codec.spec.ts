import { describe, expect, it } from '@jest/globals';
import {
  changeDeployed,
  EventRefusedError,
  exampleEvent,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { buildEvent, decodeRecord, encodeEvent, eventOf, type LogRecord, type RecordHeader } from '../index.js';

const contract = changeDeployed as unknown as EventContract;
const event = {
  ...exampleEvent(contract),
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
  tracestate: 'a=1',
  region: 'eu',
  retries: 3,
  canary: true,
} as unknown as HeadroomEvent;

function record(value: Buffer | null, headers: readonly RecordHeader[]): LogRecord {
  return { topic: contract.topic, partition: 0, offset: 0n, timestampMs: 0, key: null, value, headers };
}

function encoded(changes: Record<string, string | null> = {}): LogRecord {
  const out = encodeEvent(contract, event);
  const headers = out.headers.filter(([name]) => !(name in changes));
  const added = Object.entries(changes).flatMap(([name, text]): RecordHeader[] =>
    text === null ? [] : [[name, Buffer.from(text)]],
  );
  return record(out.value, [...headers, ...added]);
}

function refusal(given: LogRecord): string {
  try {
    eventOf(given, contract);
  } catch (error) {
    if (error instanceof EventRefusedError) return error.message;
    throw error;
  }
  throw new Error('the record was accepted');
}

describe('the event codec', () => {
  it('writes binary mode: attributes as headers, trace context without prefix, the data as the value', () => {
    const { key, value, headers } = encodeEvent(contract, event);
    const names = headers.map(([name]) => name);

    expect(names).toEqual(
      expect.arrayContaining(['content-type', 'ce_id', 'ce_source', 'ce_type', 'ce_specversion', 'traceparent']),
    );
    expect(names).not.toContain('ce_datacontenttype');
    expect(names).not.toContain('ce_traceparent');
    expect(headers.every(([, bytes]) => Buffer.isBuffer(bytes))).toBe(true);
    expect(JSON.parse(String(value))).toEqual(event.data);
    expect(String(key)).toBe(changeDeployed.example.service);
  });

  it('reads back what it wrote; numbers and booleans arrive as text', () => {
    expect(eventOf(encoded(), contract)).toMatchObject({
      id: event.id,
      source: event.source,
      type: event.type,
      tracestate: 'a=1',
      region: 'eu',
      retries: '3',
      canary: 'true',
      data: event.data,
    });
  });

  it('accepts an event without time, with another JSON type and with header names in capitals', () => {
    const out = encoded({ ce_time: null, 'content-type': 'application/vnd.example+json; charset=utf-8' });
    const capitals = out.headers.map(([name, value]): RecordHeader => [name.toUpperCase(), value]);

    const read = eventOf(record(out.value, capitals), contract);

    expect(read).not.toHaveProperty('time');
    expect(read?.id).toBe(event.id);
  });

  it('restarts a trace that it cannot read', () => {
    expect(eventOf(encoded({ traceparent: '00-zz' }), contract)).not.toHaveProperty('traceparent');
  });

  it('reads structured mode, with data as JSON or base64', () => {
    const headers: RecordHeader[] = [['content-type', Buffer.from('application/cloudevents+json')]];
    const { data, ...attributes } = event;
    const base64 = Buffer.from(JSON.stringify(data)).toString('base64');

    const plain = eventOf(record(Buffer.from(JSON.stringify(event)), headers), contract);
    const packed = eventOf(
      record(Buffer.from(JSON.stringify({ ...attributes, data_base64: base64 })), headers),
      contract,
    );

    expect(plain).toEqual(packed);
    expect(plain?.data).toEqual(data);
  });

  it('knows a tombstone before any parser sees it', () => {
    expect(decodeRecord({ value: null, headers: [] })).toEqual({ kind: 'tombstone' });
    expect(refusal(record(null, []))).toContain('tombstone');
    expect(eventOf(record(null, []), { ...contract, cleanupPolicy: 'compact' })).toBeUndefined();
  });

  it.each([
    ['a missing type', encoded({ ce_type: null }), '$.type'],
    ['a missing id', encoded({ ce_id: null }), '$.id'],
    ['the id given twice', record(encoded().value, [...encoded().headers, ['ce_id', Buffer.from('other')]]), '$.id'],
    ['a time that is none', encoded({ ce_time: 'yesterday' }), '$.time'],
    ['data that is not JSON', record(Buffer.from('nope'), encoded().headers), 'not JSON'],
    ['an empty value', record(Buffer.alloc(0), encoded().headers), 'not JSON'],
    ['another content type', encoded({ 'content-type': 'text/plain' }), '$.datacontenttype'],
    [
      'a header that is not text',
      record(encoded().value, [...encoded().headers, ['ce_x', Buffer.from([0xff])]]),
      'UTF-8',
    ],
    [
      'a structured event that is a list',
      record(Buffer.from('[]'), [['content-type', Buffer.from('application/cloudevents+json')]]),
      'object',
    ],
    ['data of another shape', record(Buffer.from('{}'), encoded().headers), '$.data'],
  ])('refuses %s with its place', (_, given, place) => {
    expect(refusal(given)).toContain(place);
  });

  it('goes on with the trace and the correlation of the event that caused it', () => {
    const cause = { ...event, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, correlationid: 'c1' };

    const caused = buildEvent(changeDeployed, changeDeployed.example, { source: '/x', causation: cause });
    const alone = buildEvent(changeDeployed, changeDeployed.example, { source: '/x' });

    expect(caused.traceparent).toMatch(new RegExp(`^00-${'a'.repeat(32)}-(?!b{16})[0-9a-f]{16}-01$`));
    expect(caused).toMatchObject({ causationid: event.id, correlationid: 'c1', tracestate: 'a=1' });
    expect(alone.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
    expect(alone.traceparent?.slice(3, 35)).not.toBe('a'.repeat(32));
  });
});
