import type { EventContract, HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { eventOf } from '../events/intake.js';
import type { LogRecord, TopicPartition } from '../log/log.port.js';
import { abortCauseOf, DeliveryAborted, DeliveryParked, pause } from './abort.js';
import { admitAttempt } from './attempt.guard.js';
import { Committer } from './committer.js';
import { codeOf, deadLetterOf, type DeadLetterReason } from './dead-letter.js';
import { DeliveredWindow, type DeliveredEntry } from './delivered.window.js';
import { backoffMs, classifyError } from './error.classifier.js';
import type { GatePass } from './exclusive.gate.js';
import { HandlerRun } from './handler.run.js';
import { caseOf, inboxKey, parkedKey, recordKey } from './keys.js';
import { DEPENDENCY_BACKOFF_MS, type LaneEnvironment } from './lane.environment.js';
import { HeldLease } from './held.lease.js';
import type { StoredParking } from './parking.js';
import { Slots } from './slots.js';
import { storedRecord } from './stored.record.js';
import type { AbortCause, TaskOptions, TaskSubscription } from './subscription.js';
import { taskContext } from './task.context.js';

/** A record on its way through a lane. */
interface Delivery {
  record: LogRecord;
  /** Absent for a delivery that was parked: its record is behind the watermark. */
  entry: DeliveredEntry | undefined;
  /** How often it was parked and resumed before. */
  resumed: number;
  read: ReadRecord;
  /** Called when a resumed delivery has ended or the lane has stopped. */
  settled?: () => void;
}

type ReadRecord = { kind: 'event'; event: HeadroomEvent } | { kind: 'tombstone' } | { kind: 'refused'; error: unknown };

/** Kept with the lease between tries. */
interface Memo {
  failures: number;
  startedAtMs: number;
  firstFailedAtMs?: number;
  /** Waits that do not count: rate limits. */
  waitedMs: number;
}

type Turn = { kind: 'finished' } | { kind: 'wait'; ms: number } | { kind: 'stopped' };

const FINISHED: Turn = { kind: 'finished' };
const STOPPED: Turn = { kind: 'stopped' };
/** The lane stops fetching above, and goes on below half. */
const BUFFER_RECORDS = 256;
const BUFFER_BYTES = 8_388_608;
/** A lease held elsewhere is looked at again at least this often. Milliseconds. */
const BUSY_POLL_MS = 1_000;
const UNKNOWN_ATTEMPTS = 3;
const LARGEST_RATE_LIMIT_MS = 86_400_000;
const RETENTION_MARGIN_MS = 7 * 86_400_000;

const DEFAULTS = {
  laneWidth: 16,
  deadlineMs: 1_800_000,
  leaseMs: 30_000,
  backoffMs: 200,
  maxBackoffMs: 60_000,
} satisfies Required<TaskOptions>;

function sizeOf(record: LogRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0) + 512;
}

/** The in-order work of one partition of a task subscription, key by key. */
export class TaskLane {
  readonly name: string;
  readonly tp: TopicPartition;
  readonly #contract: EventContract;
  readonly #subscription: TaskSubscription & Required<TaskOptions>;
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
    this.#subscription = { ...DEFAULTS, ...definedOf(subscription) };
    this.#environment = environment;
    this.#width = new Slots(Math.min(this.#subscription.laneWidth, Math.max(1, environment.concurrency - 1)));
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
        const pass = await gate.enter(signal);
        if (!pass) return STOPPED;
        try {
          return await this.#claim(delivery, pass);
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

  async #claim(delivery: Delivery, pass: GatePass): Promise<Turn> {
    const { store, group, owner } = this.#environment;
    const { record, read, resumed } = delivery;
    if (read.kind === 'tombstone') return FINISHED;
    const key = read.kind === 'event' ? inboxKey(group, read.event, resumed) : recordKey(group, record);
    const { leaseMs } = this.#subscription;
    const answer = await store.acquire(key, owner, leaseMs);
    if (answer.outcome === 'busy') return { kind: 'wait', ms: Math.min(answer.retryAfterMs, BUSY_POLL_MS) };
    if (answer.outcome === 'finished') {
      this.#count(record, 'repeated');
      await this.#unpark(delivery);
      return FINISHED;
    }
    const lease = new HeldLease(store, key, answer.token, leaseMs);
    const memo = { failures: 0, startedAtMs: answer.nowMs, waitedMs: 0, ...(answer.memo as Partial<Memo> | undefined) };
    try {
      return await this.#work(delivery, pass, lease, memo, answer.nowMs);
    } catch (error) {
      await lease.release({ memo }).catch((failure: unknown) => {
        this.#environment.logger.warn({ err: failure }, 'a lease could not be given back, it expires by itself');
      });
      throw error;
    } finally {
      lease.end();
    }
  }

  async #work(delivery: Delivery, pass: GatePass, lease: HeldLease, memo: Memo, nowMs: number): Promise<Turn> {
    const { record, read } = delivery;
    if (read.kind === 'tombstone') return FINISHED;
    if (read.kind === 'refused') {
      const failed = { ...memo, failures: 1, firstFailedAtMs: nowMs };
      return this.#bury(delivery, lease, failed, 'permanent', read.error, this.#environment.logger);
    }
    const logger = this.#loggerOf(record, read.event, memo.failures + 1);
    if (await this.#alreadyParked(delivery, read.event)) return this.#finish(delivery, lease, 'parked');
    if (!(await admitAttempt(this.#environment, read.event))) {
      logger.info('event of a lower attempt ignored');
      await this.#unpark(delivery);
      return this.#finish(delivery, lease, 'superseded');
    }
    return this.#handle(delivery, read.event, pass, lease, memo, nowMs, logger);
  }

  async #handle(
    delivery: Delivery,
    event: HeadroomEvent,
    pass: GatePass,
    lease: HeldLease,
    memo: Memo,
    nowMs: number,
    logger: Logger,
  ): Promise<Turn> {
    const environment = this.#environment;
    const { record, resumed } = delivery;
    const startedAt = performance.now();
    const left = this.#subscription.deadlineMs - (nowMs - memo.startedAtMs - memo.waitedMs);
    // Time that passed while nobody worked must not cost an event its last try.
    const run = new HandlerRun(this.#abort.signal, left > 0 ? left : this.#subscription.deadlineMs);
    lease.onLost(() => run.abort('lease-lost'));
    const context = taskContext({
      environment,
      event,
      record,
      run,
      pass,
      logger,
      deliveryAttempt: memo.failures + 1,
      resumed,
      renew: () => lease.renew(),
    });
    environment.metrics?.attempts.inc({ group: environment.group, topic: record.topic });
    logger.info('task started');
    let error: unknown;
    let failed = false;
    try {
      await run.execute(() => this.#subscription.handler(event, context), environment.abortGraceMs, logger);
    } catch (thrown) {
      failed = true;
      error = thrown;
    } finally {
      run.end();
    }
    const elapsedMs = performance.now() - startedAt;
    environment.metrics?.duration.observe({ group: environment.group, topic: record.topic }, elapsedMs / 1000);
    if (!failed) {
      logger.info({ durationMs: Math.round(elapsedMs) }, 'task finished');
      await this.#unpark(delivery);
      return this.#finish(delivery, lease, 'done');
    }
    if (error instanceof DeliveryParked) return this.#park(delivery, event, lease, error, logger);
    return this.#failed(delivery, lease, memo, error, abortCauseOf(run.signal), nowMs + elapsedMs, logger);
  }

  async #failed(
    delivery: Delivery,
    lease: HeldLease,
    memo: Memo,
    error: unknown,
    cause: AbortCause | undefined,
    nowMs: number,
    logger: Logger,
  ): Promise<Turn> {
    const { backoffMs: first, maxBackoffMs, deadlineMs } = this.#subscription;
    const { random } = this.#environment;
    const found = cause ? classifyError(new DeliveryAborted(cause), nowMs) : classifyError(error, nowMs);
    if (found.kind === 'aborted') {
      logger.info({ reason: cause }, 'task aborted');
      await lease.release({ memo });
      return { kind: 'wait', ms: 1 };
    }
    if (found.kind === 'rate-limit') {
      const wait = Math.min(found.retryAfterMs ?? backoffMs(5, first, maxBackoffMs, random), LARGEST_RATE_LIMIT_MS);
      logger.info({ waitMs: wait, code: codeOf(error) }, 'task waits for a rate limit');
      await lease.release({ delayMs: wait, memo: { ...memo, waitedMs: memo.waitedMs + wait } });
      return { kind: 'wait', ms: wait };
    }
    const next: Memo = { ...memo, failures: memo.failures + 1, firstFailedAtMs: memo.firstFailedAtMs ?? nowMs };
    if (found.kind === 'permanent') return this.#bury(delivery, lease, next, 'permanent', error, logger);
    const wait = backoffMs(next.failures, first, maxBackoffMs, random);
    const usedMs = nowMs - memo.startedAtMs - memo.waitedMs;
    if (usedMs + wait >= deadlineMs) return this.#bury(delivery, lease, next, 'deadline', error, logger);
    if (found.kind === 'unknown' && next.failures >= UNKNOWN_ATTEMPTS) {
      return this.#bury(delivery, lease, next, 'exhausted', error, logger);
    }
    logger.warn({ err: error, waitMs: wait }, 'task failed, it is tried again');
    await lease.release({ delayMs: wait, memo: next });
    return { kind: 'wait', ms: wait };
  }

  async #finish(delivery: Delivery, lease: HeldLease, state: string): Promise<Turn> {
    const { retentionMs } = this.#contract;
    const retainMs = retentionMs < 0 ? undefined : retentionMs + RETENTION_MARGIN_MS;
    if (!(await lease.finish({ state }, retainMs))) return { kind: 'wait', ms: 1 };
    this.#count(delivery.record, state);
    return FINISHED;
  }

  async #bury(
    delivery: Delivery,
    lease: HeldLease,
    memo: Memo,
    reason: DeadLetterReason,
    error: unknown,
    logger: Logger,
  ): Promise<Turn> {
    const environment = this.#environment;
    const { record } = delivery;
    const lastFailedAtMs = environment.now();
    const letter = deadLetterOf(record, {
      topic: this.#contract.topic,
      group: environment.group,
      reason,
      error,
      attempts: memo.failures,
      firstFailedAtMs: memo.firstFailedAtMs ?? lastFailedAtMs,
      lastFailedAtMs,
      appVersion: environment.appVersion,
    });
    if (!(await this.#appendUntilAcknowledged(letter))) {
      await lease.release({ memo });
      return STOPPED;
    }
    environment.metrics?.deadLetters.inc({ group: environment.group, topic: this.#contract.topic, reason });
    logger.error(
      {
        err: error,
        ...this.tp,
        offset: String(record.offset),
        group: environment.group,
        reason,
        attempts: memo.failures,
      },
      'dead letter',
    );
    await this.#unpark(delivery);
    return this.#finish(delivery, lease, 'dead');
  }

  /** The record is only finished when its dead letter is safe; until then the lane waits and says so. */
  async #appendUntilAcknowledged(letter: ReturnType<typeof deadLetterOf>): Promise<boolean> {
    const { log, random } = this.#environment;
    const lane = `${this.name} dead letters`;
    for (let failures = 0; ;) {
      try {
        await log.append([letter]);
        if (failures > 0) this.#environment.problem(lane, undefined);
        return true;
      } catch (error) {
        failures += 1;
        this.#environment.problem(lane, error);
      }
      if (this.#stop.signal.aborted) return false;
      await pause(
        backoffMs(failures, DEPENDENCY_BACKOFF_MS.first, DEPENDENCY_BACKOFF_MS.largest, random),
        this.#stop.signal,
      );
    }
  }

  async #park(
    delivery: Delivery,
    event: HeadroomEvent,
    lease: HeldLease,
    parked: DeliveryParked,
    logger: Logger,
  ): Promise<Turn> {
    const { store, group } = this.#environment;
    const { record, resumed } = delivery;
    const found = caseOf(event);
    const now = this.#environment.now();
    const entry: StoredParking = {
      group,
      caseId: found?.caseId ?? event.id,
      attempt: found?.attempt,
      eventId: event.id,
      topic: record.topic,
      partition: record.partition,
      reason: parked.reason,
      message: parked.details,
      parkedAtMs: now,
      resumeAtMs: parked.resumeAfterMs === undefined ? undefined : now + parked.resumeAfterMs,
      resumed,
      record: storedRecord(record),
    };
    if (!(await lease.renew())) return { kind: 'wait', ms: 1 };
    await store.put(parkedKey(group, event), entry);
    logger.info({ reason: parked.reason, resumeAfterMs: parked.resumeAfterMs }, 'task parked');
    return this.#finish(delivery, lease, 'parked');
  }

  /** A crash between parking and the end of the delivery: the parked entry holds. */
  async #alreadyParked(delivery: Delivery, event: HeadroomEvent): Promise<boolean> {
    const { store, group } = this.#environment;
    const entry = await store.get<StoredParking>(parkedKey(group, event));
    return entry !== undefined && entry.resumed >= delivery.resumed;
  }

  /** A delivery that was parked has ended. */
  async #unpark(delivery: Delivery): Promise<void> {
    if (delivery.resumed === 0 || delivery.read.kind !== 'event') return;
    await this.#environment.store.delete(parkedKey(this.#environment.group, delivery.read.event));
  }

  #count(record: LogRecord, outcome: string): void {
    this.#environment.metrics?.handled.inc({ group: this.#environment.group, topic: record.topic, outcome });
  }

  #loggerOf(record: LogRecord, event: HeadroomEvent, deliveryAttempt: number): Logger {
    const found = caseOf(event);
    return this.#environment.logger.child({
      group: this.#environment.group,
      topic: record.topic,
      partition: record.partition,
      offset: String(record.offset),
      eventId: event.id,
      caseId: found?.caseId,
      attempt: found?.attempt,
      deliveryAttempt,
      traceId: event.traceparent?.slice(3, 35),
    });
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
