import type { EventContract } from '@headroom/contracts';
import { eventOf } from '../events/intake.js';
import type { LogRecord, TopicPartition } from '../log/log.port.js';
import { DeliveryAborted, pause } from './abort.js';
import { Committer } from './committer.js';
import { DeliveredWindow } from './delivered.window.js';
import { backoffMs } from './error.classifier.js';
import { DEPENDENCY_BACKOFF_MS, type LaneEnvironment } from './lane.environment.js';
import { Slots } from './slots.js';
import type { AbortCause, TaskOptions, TaskSubscription } from './subscription.js';
import { STOPPED, TaskWorker, type Delivery, type ReadRecord, type Turn } from './task.worker.js';

/** The lane stops fetching above, and goes on below half. */
const BUFFER_RECORDS = 256;
const BUFFER_BYTES = 8_388_608;
const DEFAULTS = {
  laneWidth: 16,
  deadlineMs: 1_800_000,
  leaseMs: 30_000,
  backoffMs: 200,
  maxBackoffMs: 60_000,
  light: false,
  outdated: 'ignored',
} satisfies Required<TaskOptions>;

function sizeOf(record: LogRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0) + 512;
}

/** The in-order work of one partition of a task subscription, key by key. */
export class TaskLane {
  readonly name: string;
  readonly tp: TopicPartition;
  readonly #contract: EventContract;
  readonly #worker: TaskWorker;
  readonly #light: boolean;
  readonly #environment: LaneEnvironment;
  readonly #window = new DeliveredWindow();
  readonly #committer: Committer;
  readonly #keys = new Map<string, Delivery[]>();
  readonly #width: Slots;
  /** No new turn starts. */
  readonly #stop = new AbortController();
  /** Running handlers are told. */
  readonly #abort = new AbortController();
  readonly #turns = new Set<Promise<unknown>>();
  #bytes = 0;
  #paused = false;
  #unkeyed = 0;

  constructor(tp: TopicPartition, subscription: TaskSubscription, environment: LaneEnvironment) {
    this.tp = tp;
    this.name = `${tp.topic}/${tp.partition}`;
    this.#contract = subscription.contract;
    const decided = { ...DEFAULTS, ...definedOf(subscription) };
    this.#environment = environment;
    this.#light = decided.light;
    this.#width = new Slots(Math.min(decided.laneWidth, Math.max(1, environment.concurrency - 1)));
    this.#worker = new TaskWorker(this.name, decided, environment, {
      stop: this.#stop.signal,
      abort: this.#abort.signal,
    });
    this.#committer = new Committer((next) => environment.membership().commit(tp, next), {
      lost: () => environment.lost(this.name),
      failed: (error) => environment.logger.warn({ err: error, ...tp }, 'commit failed, it is tried again'),
    });
  }

  /** Records delivered and not finished. */
  get inFlight(): number {
    let count = 0;
    for (const queue of this.#keys.values()) count += queue.length;
    return count;
  }

  records(batch: readonly LogRecord[]): void {
    for (const record of batch) {
      const entry = this.#window.add(record.offset);
      if (!entry) continue;
      this.#bytes += sizeOf(record);
      this.#enqueue({ record, entry, resumed: 0, read: this.#read(record) });
    }
    if (this.#paused || (this.#window.size < BUFFER_RECORDS && this.#bytes < BUFFER_BYTES)) return;
    this.#paused = true;
    this.#environment.membership().pause(this.tp);
  }

  /** Takes up a parked delivery; resolves when it has ended or the lane has stopped. */
  resume(record: LogRecord, resumed: number): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((settled) => {
      this.#enqueue({ record, entry: undefined, resumed, read: this.#read(record), settled });
    });
  }

  /** The transport has assigned a partition that this lane already works on. */
  reassigned(): void {
    const membership = this.#environment.membership();
    if (this.#paused) membership.pause(this.tp);
    else if (this.#window.next !== undefined) membership.resume(this.tp, this.#window.next);
  }

  #read(record: LogRecord): ReadRecord {
    try {
      const event = eventOf(record, this.#contract);
      return event ? { kind: 'event', event } : { kind: 'tombstone' };
    } catch (error) {
      // Kept, not thrown: the record becomes a dead letter with this error.
      return { kind: 'refused', error };
    }
  }

  #enqueue(delivery: Delivery): void {
    const { key } = delivery.record;
    // Records without a key have no order among each other.
    const name = key === null ? `#${this.#unkeyed++}` : key.toString('hex');
    const queue = this.#keys.get(name);
    if (queue) {
      queue.push(delivery);
      return;
    }
    const started = [delivery];
    this.#keys.set(name, started);
    this.#track(this.#runKey(name, started));
  }

  #track(work: Promise<unknown>): void {
    this.#turns.add(work);
    void work.finally(() => this.#turns.delete(work));
  }

  async #runKey(name: string, queue: Delivery[]): Promise<void> {
    for (let delivery = queue[0]; delivery; delivery = queue[0]) {
      if (!(await this.#deliver(delivery))) break;
      queue.shift();
      delivery.settled?.();
      this.#finished(delivery);
    }
    this.#keys.delete(name);
    for (const left of queue) left.settled?.();
  }

  #finished(delivery: Delivery): void {
    if (!delivery.entry) return;
    this.#bytes -= sizeOf(delivery.record);
    const watermark = this.#window.finish(delivery.entry);
    if (watermark !== undefined) this.#committer.request(watermark);
    const { next } = this.#window;
    if (!this.#paused || this.#stop.signal.aborted || next === undefined) return;
    if (this.#window.size > BUFFER_RECORDS / 2 || this.#bytes > BUFFER_BYTES / 2) return;
    this.#paused = false;
    this.#environment.membership().resume(this.tp, next);
  }

  /** Works on one record until it is finished; false when the lane stopped before. */
  async #deliver(delivery: Delivery): Promise<boolean> {
    const { signal } = this.#stop;
    for (let failures = 0; !signal.aborted;) {
      let turn: Turn;
      try {
        turn = await this.#turn(delivery);
        if (failures > 0) this.#environment.problem(this.name, undefined);
        failures = 0;
      } catch (error) {
        // The lane's own dependencies failed, not the handler: nothing is counted or dropped, the lane waits.
        failures += 1;
        if (!signal.aborted) this.#environment.problem(this.name, error);
        const { first, largest } = DEPENDENCY_BACKOFF_MS;
        turn = { kind: 'wait', ms: backoffMs(failures, first, largest, this.#environment.random) };
      }
      if (turn.kind === 'finished') return true;
      if (turn.kind === 'wait') await pause(turn.ms, signal);
    }
    return false;
  }

  async #turn(delivery: Delivery): Promise<Turn> {
    const { gate, slots } = this.#environment;
    const { signal } = this.#stop;
    await this.#environment.mayStart(signal);
    if (!(await this.#width.acquire(this, signal))) return STOPPED;
    try {
      if (!(await slots.acquire(this, signal))) return STOPPED;
      try {
        const pass = this.#light ? gate.beside() : await gate.enter(signal);
        if (!pass) return STOPPED;
        try {
          return await this.#worker.claim(delivery, pass);
        } finally {
          pass.leave();
        }
      } finally {
        slots.release();
      }
    } finally {
      this.#width.release();
    }
  }

  /** No new turn starts; running handlers go on. */
  stop(): void {
    this.#stop.abort(new DeliveryAborted('shutdown'));
  }

  /** Tells running handlers to end. */
  abort(cause: AbortCause): void {
    this.stop();
    this.#abort.abort(new DeliveryAborted(cause));
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns);
  }

  /** Commits the watermark a last time. */
  async flush(): Promise<void> {
    await this.#committer.flush();
  }
}

function definedOf(subscription: TaskSubscription): TaskSubscription {
  const entries = Object.entries(subscription).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as unknown as TaskSubscription;
}
