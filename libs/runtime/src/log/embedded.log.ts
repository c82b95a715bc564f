import { type TopicSpec, HeadroomError } from '@headroom/contracts';
import { isBusy, type EmbeddedDatabase } from '../embedded/database.js';
import { EmbeddedMembership } from './embedded.membership.js';
import { decodeHeaders, encodeHeaders } from './header.codec.js';
import type {
  GroupListener,
  GroupSpec,
  LogRecord,
  Membership,
  OutRecord,
  PartitionLag,
  ReadableLog,
  TopicPartition,
} from './log.port.js';
import { partitionOf } from './partitioner.js';

/** Options of {@link EmbeddedLog}. */
export interface EmbeddedLogOptions {
  /** An append that could not be written by then is rejected. @default 10_000 */
  appendDeadlineMs?: number;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
  /** How long a tombstone stays readable on a compacted topic. @default 86_400_000 */
  tombstoneRetentionMs?: number;
}

interface Topic extends TopicSpec {
  id: number;
  /** Next offset of each partition. */
  ends: number[];
}

interface Row {
  position: number;
  timestamp: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers: Uint8Array;
}

interface PreparedRecord {
  topic: Topic;
  partition: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: Buffer;
}

interface PendingAppend {
  records: PreparedRecord[];
  deadline: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/** A fetch ends at this many bytes, so that memory stays bounded whatever the records hold. */
const FETCH_BYTES = 4_194_304;
const BUSY_RETRY_MS = 20;

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** The embedded log: topics, partitions and groups in SQLite, one member a group. */
export class EmbeddedLog implements ReadableLog {
  readonly #database: EmbeddedDatabase;
  readonly #topics = new Map<string, Topic>();
  readonly #members = new Map<string, EmbeddedMembership>();
  readonly #appendDeadlineMs: number;
  readonly #tombstoneRetentionMs: number;
  readonly #now: () => number;
  #pending: PendingAppend[] = [];
  #flush: NodeJS.Immediate | undefined;
  #retry: NodeJS.Timeout | undefined;
  #spread = 0;
  #closed = false;

  constructor(database: EmbeddedDatabase, options: EmbeddedLogOptions = {}) {
    this.#database = database;
    this.#appendDeadlineMs = options.appendDeadlineMs ?? 10_000;
    this.#tombstoneRetentionMs = options.tombstoneRetentionMs ?? 86_400_000;
    this.#now = options.now ?? Date.now;
    this.#load();
  }

  #load(): void {
    const rows = this.#database.all<{
      id: number;
      name: string;
      partitions: number;
      cleanup_policy: 'delete' | 'compact';
      retention_ms: number;
      max_message_bytes: number;
    }>('SELECT * FROM topics');
    for (const row of rows) {
      const ends = Array.from<number>({ length: row.partitions }).fill(0);
      const partitions = this.#database.all<{ partition: number; next: number }>(
        'SELECT partition, next FROM partitions WHERE topic = ?',
        row.id,
      );
      for (const { partition, next } of partitions) ends[partition] = next;
      this.#topics.set(row.name, {
        id: row.id,
        name: row.name,
        partitions: row.partitions,
        cleanupPolicy: row.cleanup_policy,
        retentionMs: row.retention_ms,
        maxMessageBytes: row.max_message_bytes,
        ends,
      });
    }
  }

  async identity(): Promise<string> {
    if (this.#closed) throw closedError();
    return this.#database.identity();
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    await this.#database.write(() => {
      for (const spec of specs) this.#ensure(spec);
    });
    for (const member of this.#members.values()) member.topicsChanged();
  }

  #ensure(spec: TopicSpec): void {
    const known = this.#topics.get(spec.name);
    if (known && known.partitions >= spec.partitions) return;
    if (known) {
      this.#database.run('UPDATE topics SET partitions = ? WHERE id = ?', spec.partitions, known.id);
      while (known.ends.length < spec.partitions) known.ends.push(0);
      known.partitions = spec.partitions;
      return;
    }
    const { name, partitions, cleanupPolicy, retentionMs, maxMessageBytes } = spec;
    const row = this.#database.get<{ id: number }>(
      'INSERT INTO topics (name, partitions, cleanup_policy, retention_ms, max_message_bytes) VALUES (?, ?, ?, ?, ?) RETURNING id',
      name,
      partitions,
      cleanupPolicy,
      retentionMs,
      maxMessageBytes,
    );
    if (!row) throw new HeadroomError(`The topic ${name} could not be made`, { code: 'HEADROOM_TOPIC_NOT_MADE' });
    const ends = Array.from<number>({ length: partitions }).fill(0);
    this.#topics.set(name, { ...spec, id: row.id, ends });
  }

  append(records: readonly OutRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    const prepared: PreparedRecord[] = [];
    try {
      for (const record of records) prepared.push(this.#prepare(record));
    } catch (error) {
      return Promise.reject(error);
    }
    if (prepared.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#pending.push({
        records: prepared,
        deadline: performance.now() + this.#appendDeadlineMs,
        resolve,
        reject,
      });
      if (!this.#retry) this.#flush ??= setImmediate(() => this.#write());
    });
  }

  #prepare(record: OutRecord): PreparedRecord {
    const topic = this.#topics.get(record.topic);
    if (!topic) {
      const message = `The topic ${record.topic} does not exist; make it with ensureTopics before publishing to it`;
      throw new HeadroomError(message, { code: 'HEADROOM_TOPIC_UNKNOWN' });
    }
    const headers = encodeHeaders(record.headers);
    const size = (record.key?.length ?? 0) + (record.value?.length ?? 0) + headers.length;
    if (size > topic.maxMessageBytes) {
      const message = `A record of ${size} bytes is above the limit of ${topic.name}, ${topic.maxMessageBytes} bytes; put large payloads in the blob store`;
      throw new HeadroomError(message, { code: 'HEADROOM_RECORD_TOO_LARGE', details: { size } });
    }
    const { key, value } = record;
    const partition = record.partition ?? (key === null ? this.#spread++ : partitionOf(key, topic.partitions));
    return { topic, partition: partition % topic.partitions, key, value, headers };
  }

  /** Writes everything that waits in one transaction: many small appends cost one commit. */
  #write(): void {
    this.#flush = undefined;
    this.#retry = undefined;
    const pending = this.#pending;
    if (pending.length === 0) return;
    let ends: Map<Topic, number[]>;
    try {
      ends = this.#database.transaction(() => this.#insert(pending));
    } catch (error) {
      if (isBusy(error)) return this.#waitForWriter(error);
      this.#pending = [];
      for (const each of pending) each.reject(notAcknowledged(error));
      return;
    }
    this.#pending = [];
    for (const [topic, next] of ends) topic.ends = next;
    for (const each of pending) each.resolve();
    for (const member of this.#members.values()) member.wake();
  }

  #insert(pending: readonly PendingAppend[]): Map<Topic, number[]> {
    const ends = new Map<Topic, number[]>();
    const timestamp = this.#now();
    for (const { records } of pending) {
      for (const { topic, partition, key, value, headers } of records) {
        const next = ends.get(topic) ?? [...topic.ends];
        ends.set(topic, next);
        const position = next[partition] ?? 0;
        this.#database.run(
          'INSERT INTO records (topic, partition, position, timestamp, key, value, headers) VALUES (?, ?, ?, ?, ?, ?, ?)',
          topic.id,
          partition,
          position,
          timestamp,
          key,
          value,
          headers,
        );
        next[partition] = position + 1;
      }
    }
    for (const [topic, next] of ends) {
      for (const [partition, position] of next.entries()) {
        if (position === topic.ends[partition]) continue;
        this.#database.run(
          'INSERT INTO partitions (topic, partition, next) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next',
          topic.id,
          partition,
          position,
        );
      }
    }
    return ends;
  }

  #waitForWriter(error: unknown): void {
    const now = performance.now();
    const late = this.#pending.filter((each) => each.deadline <= now);
    this.#pending = this.#pending.filter((each) => each.deadline > now);
    for (const each of late) each.reject(notAcknowledged(error));
    if (this.#pending.length > 0) this.#retry = setTimeout(() => this.#write(), BUSY_RETRY_MS);
  }

  async join(spec: GroupSpec, on: GroupListener): Promise<Membership> {
    if (this.#closed) throw closedError();
    if (this.#members.has(spec.group)) {
      const message = `The group ${spec.group} already has a member; the embedded log takes one a group`;
      throw new HeadroomError(message, { code: 'HEADROOM_GROUP_TAKEN' });
    }
    for (const topic of spec.topics) {
      if (this.#topics.has(topic)) continue;
      const message = `The topic ${topic} does not exist; make it with ensureTopics before joining`;
      throw new HeadroomError(message, { code: 'HEADROOM_TOPIC_UNKNOWN' });
    }
    const member = new EmbeddedMembership(spec, on, {
      partitions: (topic) => this.#topics.get(topic)?.partitions ?? 0,
      end: ({ topic, partition }) => this.#topics.get(topic)?.ends[partition] ?? 0,
      fetch: (tp, from, limit) => this.#fetch(tp, from, limit),
      committed: (tp) => this.#committed(spec.group, tp),
      commit: (tp, next) => this.#commit(spec.group, tp, next),
      left: () => this.#members.delete(spec.group),
    });
    this.#members.set(spec.group, member);
    member.start();
    return member;
  }

  #fetch(tp: TopicPartition, from: number, limit: number): LogRecord[] {
    const topic = this.#topics.get(tp.topic);
    if (!topic) return [];
    const records: LogRecord[] = [];
    let bytes = 0;
    const rows = this.#database.iterate<Row>(
      'SELECT position, timestamp, key, value, headers FROM records WHERE topic = ? AND partition = ? AND position >= ? ORDER BY position LIMIT ?',
      topic.id,
      tp.partition,
      from,
      limit,
    );
    for (const row of rows) {
      records.push({
        topic: tp.topic,
        partition: tp.partition,
        offset: BigInt(row.position),
        timestampMs: row.timestamp,
        key: bufferOf(row.key),
        value: bufferOf(row.value),
        headers: decodeHeaders(row.headers),
      });
      bytes += (row.value?.length ?? 0) + row.headers.length;
      if (bytes >= FETCH_BYTES) break;
    }
    return records;
  }

  #committed(group: string, tp: TopicPartition): number | undefined {
    return this.#database.get<{ next: number }>(
      'SELECT next FROM commits WHERE grp = ? AND topic = ? AND partition = ?',
      group,
      this.#topics.get(tp.topic)?.id ?? -1,
      tp.partition,
    )?.next;
  }

  async #commit(group: string, tp: TopicPartition, next: number): Promise<void> {
    const topic = this.#topics.get(tp.topic)?.id ?? -1;
    await this.#database.write(() =>
      this.#database.run(
        'INSERT INTO commits (grp, topic, partition, next) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next',
        group,
        topic,
        tp.partition,
        next,
      ),
    );
  }

  async lag(group: string): Promise<PartitionLag[]> {
    if (this.#closed) return [];
    const joined = new Set(this.#members.get(group)?.topics);
    const rows = this.#database.all<{ topic: number; partition: number; next: number }>(
      'SELECT topic, partition, next FROM commits WHERE grp = ?',
      group,
    );
    const commits = new Map(rows.map((row) => [`${row.topic}/${row.partition}`, row.next]));
    const result: PartitionLag[] = [];
    for (const topic of this.#topics.values()) {
      for (const [partition, end] of topic.ends.entries()) {
        const committed = commits.get(`${topic.id}/${partition}`);
        if (committed === undefined && !joined.has(topic.name)) continue;
        const behind = Math.max(0, end - (committed ?? 0));
        result.push({
          topic: topic.name,
          partition,
          committed: committed === undefined ? undefined : BigInt(committed),
          end: BigInt(end),
          lag: BigInt(behind),
        });
      }
    }
    return result;
  }

  async topics(): Promise<string[]> {
    return [...this.#topics.keys()].sort();
  }

  async partitionsOf(topic: string): Promise<number> {
    return this.#topics.get(topic)?.partitions ?? 0;
  }

  async read(tp: TopicPartition, from: bigint, limit: number): Promise<LogRecord[]> {
    if (this.#closed) throw closedError();
    const records: LogRecord[] = [];
    let next = Number(from);
    while (records.length < limit) {
      const more = this.#fetch(tp, next, limit - records.length);
      records.push(...more);
      const last = more.at(-1);
      if (!last) break;
      next = Number(last.offset) + 1;
    }
    return records;
  }

  /**
   * Drops what the topics no longer keep: records older than the retention, and on compacted topics all but the newest
   * record of each key. A tombstone stays readable for a while, then goes too.
   */
  async clean(): Promise<void> {
    const now = this.#now();
    for (const topic of this.#topics.values()) {
      if (topic.cleanupPolicy === 'compact') await this.#compact(topic, now - this.#tombstoneRetentionMs);
      else if (topic.retentionMs >= 0) await this.#expire(topic, now - topic.retentionMs);
    }
  }

  async #compact(topic: Topic, tombstonesBefore: number): Promise<void> {
    await this.#database.write(() => {
      this.#database.run(
        `DELETE FROM records WHERE topic = ? AND key IS NOT NULL AND (partition, position) NOT IN (
           SELECT partition, MAX(position) FROM records WHERE topic = ? AND key IS NOT NULL GROUP BY partition, key)`,
        topic.id,
        topic.id,
      );
      this.#database.run(
        'DELETE FROM records WHERE topic = ? AND key IS NOT NULL AND value IS NULL AND timestamp < ?',
        topic.id,
        tombstonesBefore,
      );
    });
  }

  async #expire(topic: Topic, before: number): Promise<void> {
    await this.#database.write(() =>
      this.#database.run('DELETE FROM records WHERE topic = ? AND timestamp < ?', topic.id, before),
    );
  }

  /** Ends every membership, as the end of the process would. */
  async leaveAll(): Promise<void> {
    for (const member of this.#members.values()) await member.leave();
  }

  async ping(): Promise<void> {
    if (this.#closed) throw closedError();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    if (this.#flush) this.#write();
    this.#closed = true;
    if (this.#flush) clearImmediate(this.#flush);
    clearTimeout(this.#retry);
    for (const each of this.#pending) each.reject(closedError());
    this.#pending = [];
    await this.leaveAll();
  }
}

function closedError(): HeadroomError {
  return new HeadroomError('The log is closed', { code: 'HEADROOM_LOG_CLOSED', retryable: true });
}

function notAcknowledged(cause: unknown): HeadroomError {
  return new HeadroomError('The log did not acknowledge the records in time; they were not written', {
    code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED',
    retryable: true,
    cause,
  });
}
