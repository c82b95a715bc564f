import type { LogRecord, OutRecord, RecordHeader } from '../log/log.port.js';

/** A record as JSON can hold it: bytes as base64. */
export interface StoredRecord {
  topic: string;
  partition?: number;
  offset?: string;
  timestampMs?: number;
  key: string | null;
  value: string | null;
  headers: [string, string | null][];
}

function encode(bytes: Buffer | null): string | null {
  return bytes === null ? null : bytes.toString('base64');
}

function decode(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64');
}

/** For the store. */
export function storedRecord(record: OutRecord | LogRecord): StoredRecord {
  const headers = record.headers.map(([name, value]): [string, string | null] => [name, encode(value)]);
  const stored: StoredRecord = {
    topic: record.topic,
    key: encode(record.key),
    value: encode(record.value),
    headers,
  };
  if (record.partition !== undefined) stored.partition = record.partition;
  if ('offset' in record) {
    stored.offset = String(record.offset);
    stored.timestampMs = record.timestampMs;
  }
  return stored;
}

/** From the store, to append. */
export function outRecordOf(stored: StoredRecord): OutRecord {
  const headers = stored.headers.map(([name, value]): RecordHeader => [name, decode(value)]);
  const record: OutRecord = { topic: stored.topic, key: decode(stored.key), value: decode(stored.value), headers };
  if (stored.partition !== undefined) record.partition = stored.partition;
  return record;
}

/** From the store, to handle again. */
export function logRecordOf(stored: StoredRecord): LogRecord {
  return {
    ...outRecordOf(stored),
    partition: stored.partition ?? 0,
    offset: BigInt(stored.offset ?? '0'),
    timestampMs: stored.timestampMs ?? 0,
  };
}
