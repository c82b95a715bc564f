import type { LogRecord, OutRecord, TopicPartition } from '../../log/log.port.js';

/** A record that a batch has finished. */
export interface FinishedInput {
  record: LogRecord;
  /** It became a dead letter: the state knows nothing of it. */
  dead: boolean;
}

/** What a batch leaves behind. */
export interface BatchResult {
  inputs: readonly FinishedInput[];
  /** By the handler's key; undefined deletes. */
  writes: ReadonlyMap<string, unknown>;
  outputs: readonly OutRecord[];
}

/** Records to work on. `fold`: for the first time; `refold`: again, after a restart; `skip`: were dead letters before. */
export interface Selection {
  records: LogRecord[];
  mode: 'fold' | 'refold' | 'skip';
}

/** The next input offset of each topic, by topic. */
export type Offsets = ReadonlyMap<string, bigint>;

/** What a stream lane knows, and how it is kept: state, input offsets and outputs that are not yet published. */
export interface LaneState {
  /** Whether it knows what is stored; if not, `open` and `startOf` come next. */
  readonly isOpen: boolean;
  /**
   * Makes ready: takes over what the last lane of this partition left, and publishes what it had not. Called before
   * each batch; returns at once when there is nothing to do.
   */
  open(): Promise<void>;
  /** Where to read a topic on; undefined where nothing is known, and the transport's own place is right. */
  startOf(tp: TopicPartition): Promise<{ next: bigint; seek: boolean } | undefined>;
  /** What of the buffer may be worked on now, in order, at most `limit`. */
  select(buffer: readonly LogRecord[], limit: number): Selection;
  /** Whether nothing moves before more records of this topic have come. */
  awaits(topic: string): boolean;
  /** The stored value of a key. */
  read(key: string): Promise<unknown>;
  /** A value as the handler may have it without changing what is kept. */
  copy(value: unknown): unknown;
  /**
   * Stores a batch whole or not at all; false when another lane has stored something meanwhile. Whoever is not open
   * after that can go on after `open`, if the partition is still its own.
   */
  commit(result: BatchResult): Promise<boolean>;
  /** Publishes the outputs of stored batches. */
  publish(): Promise<void>;
  /** Whether `settle` has something to do although no record came. */
  readonly unsettled: boolean;
  /**
   * Offsets that the group may commit: nothing before them is needed again. `now` also writes down what could wait.
   * `superseded` when another lane has taken the partition over.
   */
  settle(now?: boolean): Promise<Offsets | 'superseded'>;
  /** Ends timers. */
  close(): void;
}
