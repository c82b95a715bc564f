import { randomUUID } from 'node:crypto';
import { findingOpened, sha256, type EventContract, type Finding, type HeadroomEvent } from '@headroom/contracts';
import type { TopicSpec } from '@headroom/contracts';
import type { LogRecord, LogTransport, OutRecord, RecordHeader } from '../log/log.port.js';

/** A name that no other run uses: topics and groups of a shared broker must not meet. */
export function uniqueName(prefix: string): string {
  return `${prefix}.${randomUUID().slice(0, 8)}`;
}

/** A topic with a name of its own. */
export function uniqueTopic(changes: Partial<TopicSpec> = {}): TopicSpec {
  const name = uniqueName('suite.topic');
  return { name, partitions: 4, cleanupPolicy: 'delete', retentionMs: -1, maxMessageBytes: 1_048_576, ...changes };
}

/** A contract about cases with a topic of its own. */
export function uniqueContract(changes: Partial<EventContract<Finding>> = {}): EventContract<Finding> {
  const topic = `${uniqueName('suite.finding')}.v1`;
  return { ...findingOpened, topic, type: `dev.${topic}`, partitions: 4, consumers: [], ...changes };
}

/** Valid data: `key` decides case, record key and order; `label` tells events apart. */
export function finding(key: string, label = 'first', attempt = 1): Finding {
  const { case: header, ...rest } = findingOpened.example;
  return {
    ...rest,
    case: { ...header, caseId: `opp-${sha256(key).slice(0, 20)}`, attempt },
    subject: `src/example.ts:${label}`,
  };
}

/** The label of an event made with {@link finding}. */
export function labelOf(event: HeadroomEvent): string {
  return (event.data as Finding).subject.split(':')[1] ?? '';
}

/** A record with text for key and value. */
export function textRecord(
  topic: string,
  key: string | null,
  value: string | null,
  headers: readonly RecordHeader[] = [],
): OutRecord {
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
  return { topic, key: bytes(key), value: bytes(value), headers };
}

/** Something that a test waits for or holds back. */
export interface Latch {
  readonly opened: Promise<void>;
  open(): void;
}

export function latch(): Latch {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** Reads topics from their beginning under a group of its own. */
export async function readTopics(
  log: LogTransport,
  topics: readonly string[],
): Promise<{ records: LogRecord[]; leave: () => Promise<void> }> {
  const records: LogRecord[] = [];
  const membership = await log.join(
    { group: uniqueName('suite.reader'), topics },
    {
      records: (_tp, batch) => void records.push(...batch),
      assigned: () => undefined,
      revoked: () => undefined,
      crashed: () => undefined,
    },
  );
  return { records, leave: () => membership.leave() };
}

/** The text of the last header of a name; undefined when there is none, or a null one. */
export function headerOf(record: Pick<LogRecord, 'headers'>, name: string): string | undefined {
  return record.headers.findLast(([each]) => each === name)?.[1]?.toString();
}
