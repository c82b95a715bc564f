import type { TopicSpec } from '@headroom/contracts';

/** One header: names may repeat, the order is kept, a value may be empty or null. */
export type RecordHeader = readonly [name: string, value: Buffer | null];

/** A record to append. A null key has no order; a null value is a tombstone. */
export interface OutRecord {
  topic: string;
  key: Buffer | null;
  value: Buffer | null;
  /**
   * Written in order. A transport that cannot write a null value (Kafka clients) leaves that header out; the names
   * travel in `x-dlq-null-headers` where it matters.
   */
  headers: readonly RecordHeader[];
  /** @default the murmur2 partition of the key, as the Java client picks it; any partition for a null key */
  partition?: number;
}

/** A record as it was read. */
export interface LogRecord {
  topic: string;
  partition: number;
  /** Grows within the partition; gaps are normal. */
  offset: bigint;
  /** When the log took it, milliseconds since 1970. */
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
  headers: readonly RecordHeader[];
}

/** One partition of one topic. */
export interface TopicPartition {
  topic: string;
  partition: number;
}

/** How far a group is behind on one partition. */
export interface PartitionLag extends TopicPartition {
  /** The next offset that the group would read; undefined before its first commit. */
  committed: bigint | undefined;
  /** The offset that the next record will get. */
  end: bigint;
  /** Records not yet finished, by offsets. */
  lag: bigint;
}

/** Who joins, and for what. */
export interface GroupSpec {
  /** Group id, exactly as lag dashboards and access rules name it. */
  group: string;
  topics: readonly string[];
}

/**
 * What a member is told. Calls begin after `join` has resolved, come one after another and return at once: work
 * happens outside. A new group starts at the beginning of each partition.
 */
export interface GroupListener {
  /** The next records of a partition, in order; more follow until it is paused. */
  records(tp: TopicPartition, batch: readonly LogRecord[]): void;
  /** Partitions that this member now owns; they flow from the committed offset. */
  assigned(tps: readonly TopicPartition[]): void;
  /** Partitions that this member has lost. */
  revoked(tps: readonly TopicPartition[]): void;
  /** The client failed; `willRestart` says whether the transport builds a new one by itself. */
  crashed(error: Error, willRestart: boolean): void;
  /** The member is back in its group after a `crashed` that said it would be; until then no other `crashed` is told. */
  recovered?(): void;
}

/** A joined member of a group. */
export interface Membership {
  /** Stops the flow of a partition; when called within `records`, no further batch arrives. */
  pause(tp: TopicPartition): void;
  /** Lets a partition flow from an offset, forwards or backwards; what was fetched from elsewhere is dropped. */
  resume(tp: TopicPartition, from: bigint): void;
  /** Stores the next offset to read. `lost`: the partition is no longer this member's, nothing was stored. */
  commit(tp: TopicPartition, next: bigint): Promise<'committed' | 'lost'>;
  /** Leaves the group; after it resolves nothing is delivered. */
  leave(): Promise<void>;
}

/** Moves records. Everything that decides how an event is delivered is in the runtime. */
export interface LogTransport {
  /** Names this log: the same for every client and after every restart, another one for a log that was made anew. */
  identity(): Promise<string>;
  /** Makes the topics that are missing; an existing topic is left as it is, except that partitions are added. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /**
   * Appends all records, or none of those of one partition; resolves when the log has acknowledged them.
   * @throws HeadroomError `HEADROOM_TOPIC_UNKNOWN`, `HEADROOM_RECORD_TOO_LARGE`, or, retryable,
   * `HEADROOM_LOG_NOT_ACKNOWLEDGED` after the append deadline, `HEADROOM_LOG_CLOSED`
   */
  append(records: readonly OutRecord[]): Promise<void>;
  join(group: GroupSpec, on: GroupListener): Promise<Membership>;
  /** The lag of a group on every partition that it has joined or committed. */
  lag(group: string): Promise<PartitionLag[]>;
  /** Resolves when the log answers; rejects, retryable, when it is away. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Reads a log without a group: dead letters, replays, inspection. */
export interface LogReader {
  /** Names of the existing topics, sorted. */
  topics(): Promise<string[]>;
  /** Partitions of a topic; 0 when it does not exist. */
  partitionsOf(topic: string): Promise<number>;
  /** Up to `limit` records of a partition from an offset on, in order. */
  read(tp: TopicPartition, from: bigint, limit: number): Promise<LogRecord[]>;
}

/** A log that can also be read without a group. */
export type ReadableLog = LogTransport & LogReader;
