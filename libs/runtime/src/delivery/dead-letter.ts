import {
  deadLetterTopic,
  EventRefusedError,
  HeadroomError,
  messageOf,
  redriveTopic,
  sha256,
} from '@headroom/contracts';
import { decodeRecord } from '../events/codec.js';
import type { LogReader, LogRecord, LogTransport, OutRecord, RecordHeader } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { inboxKey } from './keys.js';

/** Why a record was given up. */
export type DeadLetterReason = 'permanent' | 'exhausted' | 'deadline';

/** What is known of a record that is given up. */
export interface DeadLetterFacts {
  /** Topic of the contract; a redriven record keeps it. */
  topic: string;
  group: string;
  reason: DeadLetterReason;
  error: unknown;
  attempts: number;
  firstFailedAtMs: number;
  lastFailedAtMs: number;
  appVersion: string;
}

const MESSAGE_BYTES = 1024;
const DLQ = 'x-dlq-';
const REPLAY = 'x-replay-id';

/** The code of an error, for people to search for. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && code !== '') return code;
  return error instanceof Error ? error.name : 'UNKNOWN';
}

function cut(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  let end = bytes;
  // Not inside a character: continuation bytes of UTF-8 are 10xxxxxx.
  while (end > 0 && ((whole[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return whole.toString('utf8', 0, end);
}

/** The dead letter of a record: its key, value and headers as they were, then what happened to it. */
export function deadLetterOf(record: LogRecord, facts: DeadLetterFacts): OutRecord {
  const stack = facts.error instanceof Error ? (facts.error.stack ?? '') : '';
  const told = {
    topic: facts.topic,
    partition: String(record.partition),
    offset: String(record.offset),
    timestamp: String(record.timestampMs),
    group: facts.group,
    attempts: String(facts.attempts),
    'first-failed-at': new Date(facts.firstFailedAtMs).toISOString(),
    'last-failed-at': new Date(facts.lastFailedAtMs).toISOString(),
    'error-code': cut(codeOf(facts.error), MESSAGE_BYTES),
    'error-message': cut(messageOf(facts.error), MESSAGE_BYTES),
    'stack-hash': sha256(stack).slice(0, 16),
    reason: facts.reason,
    'app-version': facts.appVersion,
  };
  const headers: RecordHeader[] = [...record.headers];
  for (const [name, value] of Object.entries(told)) headers.push([`${DLQ}${name}`, Buffer.from(value)]);
  const nulls = record.headers.filter(([, value]) => value === null).map(([name]) => name);
  if (nulls.length > 0) headers.push([`${DLQ}null-headers`, Buffer.from(JSON.stringify(nulls))]);
  const { key, value, partition } = record;
  return { topic: deadLetterTopic(facts.topic, facts.group), key, value, headers, partition };
}

/** A dead letter, without its payload. */
export interface DeadLetter {
  /** `<dead letter topic>/<partition>/<offset>`: what `dlq show` takes. */
  id: string;
  /** Where the record came from. */
  topic: string;
  partition: number;
  offset: string;
  group: string;
  reason: string;
  errorCode: string;
  errorMessage: string;
  attempts: number;
  firstFailedAt: string;
  lastFailedAt: string;
  appVersion: string;
  stackHash: string;
  /** The record key as text; null when it had none. */
  key: string | null;
  /** As far as the headers say it. */
  eventId?: string;
  eventType?: string;
  /** Bytes; null for a tombstone. */
  valueSize: number | null;
}

/** A dead letter with everything that was kept. */
export interface DeadLetterRecord extends DeadLetter {
  value: Buffer | null;
  /** The original headers, without those that say what happened. */
  headers: readonly RecordHeader[];
}

function originalHeaders(headers: readonly RecordHeader[]): RecordHeader[] {
  return headers.filter(([name]) => !name.startsWith(DLQ));
}

function describe(record: LogRecord): DeadLetterRecord {
  const text = (name: string): string => record.headers.findLast(([each]) => each === name)?.[1]?.toString() ?? '';
  const letter: DeadLetterRecord = {
    id: `${record.topic}/${record.partition}/${record.offset}`,
    topic: text(`${DLQ}topic`),
    partition: Number(text(`${DLQ}partition`)),
    offset: text(`${DLQ}offset`),
    group: text(`${DLQ}group`),
    reason: text(`${DLQ}reason`),
    errorCode: text(`${DLQ}error-code`),
    errorMessage: text(`${DLQ}error-message`),
    attempts: Number(text(`${DLQ}attempts`)),
    firstFailedAt: text(`${DLQ}first-failed-at`),
    lastFailedAt: text(`${DLQ}last-failed-at`),
    appVersion: text(`${DLQ}app-version`),
    stackHash: text(`${DLQ}stack-hash`),
    key: record.key?.toString() ?? null,
    valueSize: record.value?.length ?? null,
    value: record.value,
    headers: originalHeaders(record.headers),
  };
  const { id, type } = attributesOf(record);
  if (id) letter.eventId = id;
  if (type) letter.eventType = type;
  return letter;
}

/** Id, type and source, as far as the bytes say them; a dead letter may hold anything. */
function attributesOf(record: LogRecord): { id?: string; type?: string; source?: string } {
  const found: Record<string, string> = {};
  for (const [name, value] of record.headers) {
    if (value && /^ce_(?:id|type|source)$/.test(name)) found[name.slice(3)] = value.toString();
  }
  if (found['id'] !== undefined) return found;
  try {
    const decoded = decodeRecord(record);
    if (decoded.kind === 'tombstone') return found;
    for (const name of ['id', 'type', 'source']) {
      const value = decoded.envelope[name];
      if (typeof value === 'string') found[name] = value;
    }
  } catch (error) {
    // Bytes that are no event have no id: that may be why they are here.
    if (!(error instanceof EventRefusedError)) throw error;
  }
  return found;
}

/** Which dead letters to list. */
export interface DeadLetterFilter {
  group?: string;
  /** Topic where the record came from. */
  topic?: string;
  /** Newest ones returned. @default 1000 */
  limit?: number;
}

const READ_BATCH = 500;

async function readAll(log: LogReader, topic: string, partition: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let from = 0n; ;) {
    const batch = await log.read({ topic, partition }, from, READ_BATCH);
    records.push(...batch);
    const last = batch.at(-1);
    if (!last || batch.length < READ_BATCH) return records;
    from = last.offset + 1n;
  }
}

/** Dead letters, oldest first, without payloads. */
export async function listDeadLetters(log: LogReader, filter: DeadLetterFilter = {}): Promise<DeadLetter[]> {
  const letters: { at: number; letter: DeadLetter }[] = [];
  for (const topic of await log.topics()) {
    if (!topic.endsWith('.dlq')) continue;
    const partitions = await log.partitionsOf(topic);
    for (let partition = 0; partition < partitions; partition += 1) {
      for (const record of await readAll(log, topic, partition)) {
        const { value: _value, headers: _headers, ...letter } = describe(record);
        if (filter.group !== undefined && letter.group !== filter.group) continue;
        if (filter.topic !== undefined && letter.topic !== filter.topic) continue;
        letters.push({ at: record.timestampMs, letter });
      }
    }
  }
  letters.sort((a, b) => a.at - b.at || (a.letter.id < b.letter.id ? -1 : 1));
  return letters.slice(-(filter.limit ?? 1000)).map((each) => each.letter);
}

async function rawDeadLetter(log: LogReader, id: string): Promise<LogRecord | undefined> {
  const match = /^(.+\.dlq)\/(\d+)\/(\d+)$/.exec(id);
  if (!match?.[1] || (await log.partitionsOf(match[1])) <= Number(match[2])) return undefined;
  const offset = BigInt(match[3] ?? '0');
  const [record] = await log.read({ topic: match[1], partition: Number(match[2]) }, offset, 1);
  return record?.offset === offset ? record : undefined;
}

/**
 * One dead letter with its bytes.
 * @throws HeadroomError `HEADROOM_DEAD_LETTER_NOT_FOUND`
 */
export async function readDeadLetter(log: LogReader, id: string): Promise<DeadLetterRecord> {
  const record = await rawDeadLetter(log, id);
  if (record) return describe(record);
  throw new HeadroomError(`There is no dead letter "${id}"; "headroom dlq list" names them`, {
    code: 'HEADROOM_DEAD_LETTER_NOT_FOUND',
  });
}

/**
 * Gives a dead letter back to the group that could not handle it, and to no other: the same bytes and event id, on the
 * redrive topic of the group.
 * @throws HeadroomError `HEADROOM_DEAD_LETTER_NOT_FOUND`
 */
export async function replayDeadLetter(
  parts: { log: LogTransport & LogReader; store: KeyValueStore },
  id: string,
): Promise<void> {
  const { log, store } = parts;
  const letter = await readDeadLetter(log, id);
  const record = await rawDeadLetter(log, id);
  const { source = '' } = record ? attributesOf(record) : {};
  if (letter.eventId !== undefined) await store.reopen(inboxKey(letter.group, { id: letter.eventId, source }));
  const headers = letter.headers.filter(([name]) => name !== REPLAY);
  await log.append([
    {
      topic: redriveTopic(letter.topic, letter.group),
      key: record?.key ?? null,
      value: letter.value,
      headers: [...headers, [REPLAY, Buffer.from(id)]],
      partition: letter.partition,
    },
  ]);
}
