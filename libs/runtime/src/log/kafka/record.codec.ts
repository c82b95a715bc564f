import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import type { LogRecord, OutRecord, RecordHeader } from '../log.port.js';

/** What Kafka writes around a record and around each of its headers, at most. Bytes. */
const RECORD_FRAME_BYTES = 64;
const HEADER_FRAME_BYTES = 10;

/** A record as the client sends it. Headers whose value is null are left out: the client cannot write them. */
export function messageOf(record: OutRecord): Message {
  const headers = new Map<string, Buffer | Buffer[]>();
  for (const [name, value] of record.headers) {
    if (value === null) continue;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : [before, value].flat());
  }
  return {
    key: record.key,
    value: record.value,
    headers: Object.fromEntries(headers),
    ...(record.partition === undefined ? {} : { partition: record.partition }),
  };
}

/** A record as the client reads it. Values of one name keep their order; the order among names does not survive. */
export function recordOf(topic: string, partition: number, message: KafkaMessage): LogRecord {
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    timestampMs: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers: headersOf(message.headers),
  };
}

function headersOf(headers: IHeaders | undefined): RecordHeader[] {
  return Object.entries(headers ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value): RecordHeader => [name, bytesOf(value)]),
  );
}

function bytesOf(value: Buffer | string | null | undefined): Buffer | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? Buffer.from(value) : value;
}

/** Upper bound of what a record takes in a batch. Bytes. */
export function encodedSizeOf(record: OutRecord): number {
  let size = RECORD_FRAME_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [name, value] of record.headers)
    size += HEADER_FRAME_BYTES + Buffer.byteLength(name) + (value?.length ?? 0);
  return size;
}
