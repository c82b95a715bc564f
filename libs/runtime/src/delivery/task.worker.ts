import type { EventContract, HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { LogRecord } from '../log/log.port.js';
import { abortCauseOf, DeliveryAborted, DeliveryParked, pause } from './abort.js';
import { admitEvent, isStillWanted, WORK } from './case.orders.js';
import { codeOf, deadLetterOf, type DeadLetterReason } from './dead-letter.js';
import { backoffMs, classifyError } from './error.classifier.js';
import type { DeliveredEntry } from './delivered.window.js';
import type { GatePass } from './exclusive.gate.js';
import { HandlerRun } from './handler.run.js';
import { HeldLease } from './held.lease.js';
import { caseOf, inboxKey, parkedKey, recordKey } from './keys.js';
import { DEPENDENCY_BACKOFF_MS, type LaneEnvironment } from './lane.environment.js';
import type { StoredParking } from './parking.js';
import { storedRecord } from './stored.record.js';
import type { AbortCause, TaskOptions, TaskSubscription } from './subscription.js';
import { taskContext } from './task.context.js';

/** A record on its way through a lane. */
export interface Delivery {
  record: LogRecord;
  /** Absent for a delivery that was parked: its record is behind the watermark. */
  entry: DeliveredEntry | undefined;
  /** How often it was parked and resumed before. */
  resumed: number;
  read: ReadRecord;
  /** Called when a resumed delivery has ended or the lane has stopped. */
  settled?: () => void;
}

/** What the bytes of a record turned out to be. */
export type ReadRecord =
  { kind: 'event'; event: HeadroomEvent } | { kind: 'tombstone' } | { kind: 'refused'; error: unknown };

/** Kept with the lease between tries. */
interface Memo {
  failures: number;
  startedAtMs: number;
  firstFailedAtMs?: number;
  /** Waits that do not count: rate limits. */
  waitedMs: number;
}

/** How one turn of a delivery ended. */
export type Turn = { kind: 'finished' } | { kind: 'wait'; ms: number } | { kind: 'stopped' };

const FINISHED: Turn = { kind: 'finished' };
export const STOPPED: Turn = { kind: 'stopped' };
/** One try of a delivery, under its lease. */
interface Attempt {
  delivery: Delivery;
  lease: HeldLease;
  memo: Memo;
  /** The store's clock at the beginning of the try, later at its end. */
  nowMs: number;
  logger: Logger;
}

/** What the log says of an event that nobody wants any more, by what is counted. */
const IGNORED = {
  superseded: 'event of a lower attempt ignored',
  dismissed: 'event of a dismissed case ignored',
  stopped: 'work stopped, a person ended the case or began a new attempt',
} as const;

/** A lease held elsewhere is looked at again at least this often. Milliseconds. */
const BUSY_POLL_MS = 1_000;
const UNKNOWN_ATTEMPTS = 3;
const LARGEST_RATE_LIMIT_MS = 86_400_000;
const RETENTION_MARGIN_MS = 7 * 86_400_000;

/** A subscription with every option decided. */
export type DecidedSubscription = TaskSubscription & Required<TaskOptions>;

/** What happens to one record under its lease: handled, tried again, parked, given up. */
export class TaskWorker {
  readonly #name: string;
  readonly #contract: EventContract;
  readonly #subscription: DecidedSubscription;
  readonly #environment: LaneEnvironment;
  readonly #stop: AbortSignal;
  readonly #abort: AbortSignal;

  /** @param signals `stop`: start nothing new; `abort`: running handlers must end */
  constructor(
    name: string,
    subscription: DecidedSubscription,
    environment: LaneEnvironment,
    signals: { stop: AbortSignal; abort: AbortSignal },
  ) {
    this.#name = name;
    this.#contract = subscription.contract;
    this.#subscription = subscription;
    this.#environment = environment;
    this.#stop = signals.stop;
    this.#abort = signals.abort;
  }

  /** Asks for the lease of a record and works on it. */
  async claim(delivery: Delivery, pass: GatePass): Promise<Turn> {
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
    const event = read.kind === 'event' ? read.event : undefined;
    const attempt: Attempt = { delivery, lease, memo, nowMs, logger: this.#loggerOf(record, event, memo.failures + 1) };
    if (read.kind === 'refused') {
      return this.#bury(
        { ...attempt, memo: { ...memo, failures: 1, firstFailedAtMs: nowMs } },
        'permanent',
        read.error,
      );
    }
    if (await this.#alreadyParked(delivery, read.event)) return this.#finish(delivery, lease, 'parked');
    const { outdated } = this.#subscription;
    const admission = outdated === 'handled' ? WORK : await admitEvent(this.#environment, read.event);
    const isOver = admission.kind === 'superseded' || admission.kind === 'dismissed';
    if (isOver && outdated === 'ignored') return this.#ignore(attempt, admission.kind);
    if (admission.kind === 'snoozed' && admission.untilMs > this.#environment.now()) {
      const resumeAfterMs = admission.untilMs - this.#environment.now();
      const message = `A person snoozed the case until ${new Date(admission.untilMs).toISOString()}.`;
      return this.#park(attempt, read.event, new DeliveryParked('snoozed', { resumeAfterMs, message }));
    }
    return this.#handle(attempt, read.event, pass);
  }

  /** Nobody wants this event any more. */
  async #ignore({ delivery, lease, logger }: Attempt, why: keyof typeof IGNORED): Promise<Turn> {
    logger.info(IGNORED[why]);
    await this.#unpark(delivery);
    return this.#finish(delivery, lease, why);
  }

  async #handle(attempt: Attempt, event: HeadroomEvent, pass: GatePass): Promise<Turn> {
    const { delivery, lease, memo, nowMs, logger } = attempt;
    const left = this.#subscription.deadlineMs - (nowMs - memo.startedAtMs - memo.waitedMs);
    // Time that passed while nobody worked must not cost an event its last try.
    const run = new HandlerRun(this.#abort, left > 0 ? left : this.#subscription.deadlineMs);
    lease.onLost(() => run.abort('lease-lost'));
    const startedAt = performance.now();
    const stopWatching = this.#watchOrders(event, run);
    const failure = await this.#execute(attempt, event, pass, run).finally(stopWatching);
    const elapsedMs = performance.now() - startedAt;
    const { metrics, group } = this.#environment;
    metrics?.duration.observe({ group, topic: delivery.record.topic }, elapsedMs / 1000);
    if (!failure) {
      logger.info({ durationMs: Math.round(elapsedMs) }, 'task finished');
      await this.#unpark(delivery);
      return this.#finish(delivery, lease, 'done');
    }
    const cause = abortCauseOf(run.signal);
    if (failure.error instanceof DeliveryParked && cause !== 'superseded')
      return this.#park(attempt, event, failure.error);
    const waited = { ...memo, waitedMs: memo.waitedMs + run.suspendedMs };
    const ended = { ...attempt, memo: waited, nowMs: nowMs + elapsedMs };
    return this.#failed(ended, failure.error, cause, elapsedMs - run.suspendedMs);
  }

  async #isWanted(event: HeadroomEvent): Promise<boolean> {
    return this.#subscription.outdated === 'handled' || (await isStillWanted(this.#environment, event));
  }

  /** Tells a running handler to stop when a person ends its case or begins it anew, wherever the command arrived. */
  #watchOrders(event: HeadroomEvent, run: HandlerRun): () => void {
    let looking = false;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      try {
        if (!(await this.#isWanted(event))) run.abort('superseded');
      } catch (error) {
        // The store is away: the next look, or the end of the delivery, will say.
        this.#environment.logger.debug({ err: error }, 'commands could not be looked up');
      } finally {
        looking = false;
      }
    };
    const timer = setInterval(() => void look(), this.#environment.ordersPollMs);
    return () => clearInterval(timer);
  }

  /** Runs the handler; what it threw is a result here: it decides what becomes of the event. */
  async #execute(
    attempt: Attempt,
    event: HeadroomEvent,
    pass: GatePass,
    run: HandlerRun,
  ): Promise<{ error: unknown } | undefined> {
    const environment = this.#environment;
    const { delivery, lease, memo, logger } = attempt;
    const { record, resumed } = delivery;
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
      isWanted: () => this.#isWanted(event),
    });
    environment.metrics?.attempts.inc({ group: environment.group, topic: record.topic });
    logger.info('task started');
    try {
      await run.execute(() => this.#subscription.handler(event, context), environment.abortGraceMs, logger);
      return undefined;
    } catch (error) {
      return { error };
    } finally {
      run.end();
    }
  }

  async #failed(attempt: Attempt, error: unknown, cause: AbortCause | undefined, workedMs: number): Promise<Turn> {
    const { lease, memo, nowMs, logger } = attempt;
    const { backoffMs: first, maxBackoffMs, deadlineMs } = this.#subscription;
    const { random } = this.#environment;
    if (cause === 'superseded') return this.#ignore(attempt, 'stopped');
    const found = classifyError(cause ? new DeliveryAborted(cause) : error, nowMs);
    if (found.kind === 'aborted') {
      logger.info({ reason: cause }, 'task aborted');
      await lease.release({ memo });
      return { kind: 'wait', ms: 1 };
    }
    if (found.kind === 'dependency') {
      logger.info({ code: codeOf(error) }, 'task waits for the log or the store');
      await lease.release({ memo: { ...memo, waitedMs: memo.waitedMs + workedMs } });
      return { kind: 'wait', ms: backoffMs(1, DEPENDENCY_BACKOFF_MS.first, DEPENDENCY_BACKOFF_MS.largest, random) };
    }
    if (found.kind === 'rate-limit') {
      const wait = Math.min(found.retryAfterMs ?? backoffMs(5, first, maxBackoffMs, random), LARGEST_RATE_LIMIT_MS);
      logger.info({ waitMs: wait, code: codeOf(error) }, 'task waits for a rate limit');
      await lease.release({ delayMs: wait, memo: { ...memo, waitedMs: memo.waitedMs + wait } });
      return { kind: 'wait', ms: wait };
    }
    const next: Memo = { ...memo, failures: memo.failures + 1, firstFailedAtMs: memo.firstFailedAtMs ?? nowMs };
    const wait = backoffMs(next.failures, first, maxBackoffMs, random);
    const usedMs = nowMs - memo.startedAtMs - memo.waitedMs;
    const given: Attempt = { ...attempt, memo: next };
    if (found.kind === 'permanent') return this.#bury(given, 'permanent', error);
    if (usedMs + wait >= deadlineMs) return this.#bury(given, 'deadline', error);
    if (found.kind === 'unknown' && next.failures >= UNKNOWN_ATTEMPTS) return this.#bury(given, 'exhausted', error);
    logger.warn({ err: error, waitMs: wait }, 'task failed, it is tried again');
    await lease.release({ delayMs: wait, memo: next });
    return { kind: 'wait', ms: wait };
  }

  async #finish(delivery: Delivery, lease: HeldLease, state: string): Promise<Turn> {
    const { retentionMs } = this.#contract;
    const retainMs = retentionMs < 0 ? undefined : retentionMs + RETENTION_MARGIN_MS;
    if (!(await this.#finishWhileHeld(lease, state, retainMs))) return { kind: 'wait', ms: 1 };
    this.#count(delivery.record, state);
    return FINISHED;
  }

  /** Done work is not done again because the store was away for a moment: its end is told while the lease lasts. */
  async #finishWhileHeld(lease: HeldLease, state: string, retainMs: number | undefined): Promise<boolean> {
    const { now, random } = this.#environment;
    for (let failures = 1; ; failures += 1) {
      try {
        return await lease.finish({ state }, retainMs);
      } catch (error) {
        const isAway = classifyError(error, now()).kind === 'dependency';
        if (!isAway || lease.isOver || this.#stop.aborted) throw error;
      }
      await pause(backoffMs(failures, DEPENDENCY_BACKOFF_MS.first, DEPENDENCY_BACKOFF_MS.largest, random), this.#stop);
    }
  }

  async #bury(attempt: Attempt, reason: DeadLetterReason, error: unknown): Promise<Turn> {
    const { delivery, lease, memo, logger } = attempt;
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
    logger.error({ err: error, reason, attempts: memo.failures }, 'dead letter');
    await this.#unpark(delivery);
    return this.#finish(delivery, lease, 'dead');
  }

  /** The record is only finished when its dead letter is safe; until then the lane waits and says so. */
  async #appendUntilAcknowledged(letter: ReturnType<typeof deadLetterOf>): Promise<boolean> {
    const { log, random } = this.#environment;
    const lane = `${this.#name} dead letters`;
    for (let failures = 0; ;) {
      try {
        await log.append([letter]);
        if (failures > 0) this.#environment.problem(lane, undefined);
        return true;
      } catch (error) {
        failures += 1;
        if (this.#stop.aborted) return false;
        this.#environment.problem(lane, error);
      }
      await pause(backoffMs(failures, DEPENDENCY_BACKOFF_MS.first, DEPENDENCY_BACKOFF_MS.largest, random), this.#stop);
    }
  }

  async #park(attempt: Attempt, event: HeadroomEvent, parked: DeliveryParked): Promise<Turn> {
    const { delivery, lease, logger } = attempt;
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

  #loggerOf(record: LogRecord, event: HeadroomEvent | undefined, deliveryAttempt: number): Logger {
    const found = event && caseOf(event);
    return this.#environment.logger.child({
      group: this.#environment.group,
      topic: record.topic,
      partition: record.partition,
      offset: String(record.offset),
      eventId: event?.id,
      caseId: found?.caseId,
      attempt: found?.attempt,
      deliveryAttempt,
      traceId: event?.traceparent?.slice(3, 35),
    });
  }
}
