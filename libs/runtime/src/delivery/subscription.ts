import type { EventContract, HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { PublishedEvent } from '../events/publisher.js';

/** Why a delivery was told to stop. Only `deadline` counts as a failed attempt; `superseded` ends it for good. */
export type AbortCause = 'revoked' | 'shutdown' | 'deadline' | 'lease-lost' | 'superseded';

/** Where a record stood in the log. */
export interface RecordPosition {
  topic: string;
  partition: number;
  offset: bigint;
}

/** What a task handler is given besides the event. */
export interface TaskContext extends RecordPosition {
  group: string;
  /** 1 for the first try; waits for a rate limit, a shutdown or a lost lease do not count. */
  deliveryAttempt: number;
  /** How often this event was parked and resumed before. */
  resumed: number;
  /** Fires with a typed reason when the work must stop; pass it to every call that takes one. */
  signal: AbortSignal;
  /** Carries topic, partition, offset, event id, case id, attempt and group. */
  logger: Logger;
  /**
   * Runs `run` once: its JSON result is stored under case, attempt, input event and name before it is used, and a rerun gets the
   * stored result. Always returns what JSON keeps of it.
   */
  step<Result>(name: string, run: () => Promise<Result> | Result): Promise<Result>;
  /**
   * Publishes an event that follows from the input event: id derived from (input id, step, index), causation and trace
   * of the input event. What was published first under an id is what a rerun publishes again. `team` is the team that the
   * event is for.
   */
  publish<Data>(
    contract: EventContract<Data>,
    data: Data,
    options: { step: string; index?: number; team?: string },
  ): Promise<PublishedEvent<Data>>;
  /**
   * Resolves while the work is this worker's and still wanted; to be asked before an effect that cannot be taken back.
   * @throws DeliveryAborted, which ends this try: the lease is lost, or a person ended or restarted the case
   */
  checkpoint(): Promise<void>;
  /**
   * Ends this delivery as parked; never returns. It runs again after `resumeAfterMs` (also across a restart) or by
   * `resume(caseId)`. Without `resumeAfterMs` only by `resume`.
   */
  park(reason: string, options?: { resumeAfterMs?: number; message?: string }): never;
  /**
   * Runs `fn` while no other handler of this process runs; others wait, which counts as no attempt. Several that ask
   * take turns.
   */
  exclusive<Result>(fn: () => Promise<Result>): Promise<Result>;
}

/** Handles one event. */
export type TaskHandler<Data = unknown> = (event: HeadroomEvent<Data>, context: TaskContext) => Promise<void> | void;

/** How a task subscription is delivered. */
export interface TaskOptions {
  /** Different keys of one partition side by side. @default 16 */
  laneWidth?: number;
  /** Time that one event may take, all tries together; waits for a rate limit do not count. @default 1_800_000 */
  deadlineMs?: number;
  /** How long a dead worker keeps others waiting; renewed at a third. @default 30_000 */
  leaseMs?: number;
  /** First back-off, doubled for each try, with jitter. @default 200 */
  backoffMs?: number;
  /** Largest back-off. @default 60_000 */
  maxBackoffMs?: number;
  /** Whether the handler costs next to nothing and may run beside an exclusive section. @default false */
  light?: boolean;
  /**
   * What becomes of an event of an attempt that is over or of a dismissed case. `ignored`: the handler is not called.
   * `remembered`: it is, to remember what the event says, and ends at its next step or publication. `handled`: like any
   * other, for what passes facts on and begins no work. @default 'ignored'
   */
  outdated?: 'ignored' | 'remembered' | 'handled';
}

/** One contract, one handler, one event at a time and key. */
export interface TaskSubscription<Data = unknown> extends TaskOptions {
  contract: EventContract<Data>;
  handler: TaskHandler<Data>;
}

/** A contract whatever its data is. */
export interface AnyContract extends Omit<EventContract, 'key'> {
  readonly key: (data: never) => string;
}

/** An event of a stream batch, with its contract and place. */
export interface StreamItem<Data = unknown> extends RecordPosition {
  contract: AnyContract;
  event: HeadroomEvent<Data>;
  /** When the log took it, milliseconds since 1970. */
  timestampMs: number;
}

/** What a stream handler is given besides the batch. Writes and events take effect together with the input offsets. */
export interface StreamContext {
  group: string;
  /** Keys and values belong to this partition number, the same for all topics of the subscription. */
  partition: number;
  signal: AbortSignal;
  logger: Logger;
  /** The value as this batch left it, else as stored. */
  get<Value = unknown>(key: string): Promise<Value | undefined>;
  /** Collected; undefined deletes. */
  put(key: string, value: unknown): void;
  /** Collected, published after the commit. Id derived from (causation id, step, index). */
  publish<Data>(
    contract: EventContract<Data>,
    data: Data,
    options: { causation: HeadroomEvent; step: string; index?: number },
  ): PublishedEvent<Data>;
}

/** Handles a batch in order; an exception undoes all that it collected. */
export type StreamHandler<Data = unknown> = (
  batch: readonly StreamItem<Data>[],
  context: StreamContext,
) => Promise<void> | void;

/** When a lane with `state: 'snapshot'` writes its state down; also when it drains or loses its partition. */
export interface SnapshotOptions {
  /** After this many events. @default 10_000 */
  everyEvents?: number;
  /** After this time, when events come. Milliseconds. @default 30_000 */
  everyMs?: number;
  /** When no event has come for this time. Milliseconds. @default 500 */
  idleMs?: number;
}

/** How a stream subscription is delivered. */
export interface StreamOptions {
  /**
   * Where the state is. `key-value`: an entry for each key, written with each batch, and readable with `getStreamState`:
   * for small values that others read. `snapshot`: in memory, written to the blob store now and then and folded on from
   * there after a restart: for large values that only the handler needs. The handler must then be a function of the events
   * and its state, must never change a value that it got or put, and puts plain JSON. One such subscription a group.
   * @default 'key-value'
   */
  state?: 'key-value' | 'snapshot';
  /** For `state: 'snapshot'`. */
  snapshot?: SnapshotOptions;
  /** Largest batch. @default 500 */
  maxBatch?: number;
  /** Time that one event may take, all tries together. @default 300_000 */
  deadlineMs?: number;
  /** First back-off, doubled for each try, with jitter. @default 200 */
  backoffMs?: number;
  /** Largest back-off. @default 30_000 */
  maxBackoffMs?: number;
}

/** Several contracts, one handler, batches in order by partition. */
export interface StreamSubscription extends StreamOptions {
  contracts: readonly AnyContract[];
  handler: StreamHandler;
}

/** Narrows an item of a stream batch to the contract it came by. */
export function isEventOf<Data>(contract: EventContract<Data>, item: StreamItem): item is StreamItem<Data> {
  return item.contract.type === contract.type;
}
