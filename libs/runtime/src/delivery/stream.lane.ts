import { HeadroomError, type EventContract } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { LogRecord, OutRecord, TopicPartition } from '../log/log.port.js';
import { abortCauseOf, DeliveryAborted, pause } from './abort.js';
import { Committer } from './committer.js';
import { deadLetterOf, type DeadLetterReason } from './dead-letter.js';
import { backoffMs, classifyError } from './error.classifier.js';
import { HandlerRun } from './handler.run.js';
import { DEPENDENCY_BACKOFF_MS, type LaneEnvironment } from './lane.environment.js';
import { CollectingContext } from './stream.context.js';
import { isRefused, readInput, type Input } from './stream.input.js';
import { KeyValueState } from './stream-state/key-value.state.js';
import type { BatchResult, LaneState, Offsets, Selection } from './stream-state/lane.state.js';
import { SnapshotState } from './stream-state/snapshot.state.js';
import type { AbortCause, StreamItem, StreamOptions, StreamSubscription } from './subscription.js';

/** One input topic of a stream lane. */
interface Flow {
  tp: TopicPartition;
  committer: Committer;
  /** The next offset to take; undefined until the stored offset is read and nothing has come. */
  next: bigint | undefined;
  /** Where the state says to go on; undefined where it knows nothing. */
  start: bigint | undefined;
  /** Nothing before it is needed again. */
  safe: bigint | undefined;
  loaded: boolean;
  /** Whether the transport has been seen to deliver from the stored offset on. */
  aligned: boolean;
  paused: boolean;
}

type HandlerOutcome =
  | { kind: 'done'; writes: ReadonlyMap<string, unknown>; records: readonly OutRecord[] }
  | { kind: 'failed'; error: unknown; cause: AbortCause | undefined }
  | { kind: 'stopped' };

const NOTHING: ReadonlyMap<string, unknown> = new Map();

const BUFFER_RECORDS = 2_000;
const BUFFER_BYTES = 16_777_216;
const UNKNOWN_ATTEMPTS = 3;
const DEFAULTS = {
  maxBatch: 500,
  deadlineMs: 300_000,
  backoffMs: 200,
  maxBackoffMs: 30_000,
  state: 'key-value',
  snapshot: {},
} satisfies Required<StreamOptions>;

function sizeOf(record: LogRecord): number {
  return (record.key?.length ?? 0) + (record.value?.length ?? 0) + 512;
}

/**
 * The in-order work of one partition number over all topics of a stream subscription. Its state says where to read on and
 * stores what a batch leaves; outputs are published after that, and again after a crash, the same ones.
 */
export class StreamLane {
  readonly name: string;
  readonly partition: number;
  readonly #contracts: ReadonlyMap<string, EventContract>;
  readonly #options: StreamSubscription & Required<StreamOptions>;
  readonly #environment: LaneEnvironment;
  readonly #flows = new Map<string, Flow>();
  readonly #stop = new AbortController();
  readonly #abort = new AbortController();
  #state: LaneState;
  #buffer: LogRecord[] = [];
  #bytes = 0;
  #leaving: Promise<unknown> | undefined;
  #predecessor: StreamLane | undefined;
  #running: Promise<void> | undefined;

  /** @param contracts by topic, redrive topics included; @param predecessor a stopped lane whose buffer is taken over */
  constructor(
    partition: number,
    subscription: StreamSubscription,
    contracts: ReadonlyMap<string, EventContract>,
    environment: LaneEnvironment,
    predecessor?: StreamLane,
  ) {
    this.#predecessor = predecessor;
    this.partition = partition;
    this.name = `stream/${partition}`;
    this.#contracts = contracts;
    const given = Object.entries(subscription).filter(([, value]) => value !== undefined);
    this.#options = { ...DEFAULTS, ...(Object.fromEntries(given) as unknown as StreamSubscription) };
    this.#environment = environment;
    this.#state = this.#newState(predecessor !== undefined);
  }

  #newState(continued: boolean): LaneState {
    const { blobs } = this.#environment;
    if (this.#options.state !== 'snapshot' || !blobs) return new KeyValueState(this.#environment, this.partition);
    return new SnapshotState(this.#environment, this.partition, {
      blobs,
      options: this.#options.snapshot,
      wake: () => this.#wake(),
      signal: this.#stop.signal,
      continued,
    });
  }

  /** Records delivered and not finished. */
  get inFlight(): number {
    return this.#buffer.length;
  }

  /** The partitions that this lane reads. */
  get assigned(): TopicPartition[] {
    return [...this.#flows.values()].map((flow) => flow.tp);
  }

  /** Takes over a partition, or goes on with one that it has. */
  assign(tp: TopicPartition): void {
    const there = this.#flows.get(tp.topic);
    if (there) {
      if (there.paused) this.#environment.membership().pause(tp);
      else if (there.next !== undefined) this.#environment.membership().resume(tp, there.next);
      return;
    }
    const committer = new Committer((next) => this.#environment.membership().commit(tp, next), {
      lost: () => this.#environment.lost(`${tp.topic}/${tp.partition}`),
      failed: (error) => this.#environment.logger.warn({ err: error, ...tp }, 'commit failed, it is tried again'),
    });
    this.#flows.set(tp.topic, {
      tp,
      committer,
      next: undefined,
      start: undefined,
      safe: undefined,
      loaded: false,
      aligned: false,
      paused: false,
    });
    this.#wake();
  }

  records(tp: TopicPartition, batch: readonly LogRecord[]): void {
    const flow = this.#flows.get(tp.topic);
    if (!flow || this.#stop.signal.aborted) return;
    if (flow.loaded && !this.#align(flow, batch)) return;
    for (const record of batch) {
      if (flow.next !== undefined && record.offset < flow.next) continue;
      flow.next = record.offset + 1n;
      this.#buffer.push(record);
      this.#bytes += sizeOf(record);
    }
    if (!flow.paused && (this.#buffer.length >= BUFFER_RECORDS || this.#bytes >= BUFFER_BYTES)) {
      flow.paused = true;
      this.#environment.membership().pause(tp);
    }
    this.#wake();
  }

  /** The stored offset decides where to go on; a transport that starts behind it is sent back once. */
  #align(flow: Flow, batch: readonly LogRecord[]): boolean {
    const first = batch[0];
    if (flow.aligned || !first) return true;
    flow.aligned = true;
    if (flow.start === undefined || first.offset <= flow.start) return true;
    this.#environment.membership().resume(flow.tp, flow.start);
    return false;
  }

  #wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#hasWork()) this.#wake();
    });
  }

  #hasWork(): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#state.unsettled || [...this.#flows.values()].some((flow) => !flow.loaded)) return true;
    return this.#state.select(this.#buffer, 1).records.length > 0;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let failures = 0; this.#hasWork();) {
      try {
        await this.#environment.mayStart(signal);
        if (signal.aborted) return;
        await this.#prepare();
        await this.#next();
        if (failures > 0) this.#environment.problem(this.name, undefined);
        failures = 0;
      } catch (error) {
        failures += 1;
        if (signal.aborted) return;
        this.#environment.problem(this.name, error);
        const { first, largest } = DEPENDENCY_BACKOFF_MS;
        await pause(backoffMs(failures, first, largest, this.#environment.random), signal);
      }
    }
  }

  async #prepare(): Promise<void> {
    await this.#inherit();
    if (this.#stop.signal.aborted) return;
    if (!this.#state.isOpen)
      for (const flow of this.#flows.values()) Object.assign(flow, { loaded: false, aligned: false });
    await this.#state.open();
    for (const flow of this.#flows.values()) {
      if (flow.loaded) continue;
      const start = await this.#state.startOf(flow.tp);
      flow.loaded = true;
      if (!start) continue;
      flow.start = start.next;
      flow.safe = start.next;
      if (start.next > 0n) flow.committer.request(start.next);
      if (start.seek) this.#seek(flow, start.next);
      else this.#continueFrom(flow, start.next);
    }
  }

  /** What the transport has brought is of no use: it starts elsewhere. */
  #seek(flow: Flow, next: bigint): void {
    this.#keep((record) => record.topic !== flow.tp.topic);
    Object.assign(flow, { next, aligned: true, paused: false });
    this.#environment.membership().resume(flow.tp, next);
  }

  #continueFrom(flow: Flow, next: bigint): void {
    const mine = this.#buffer.filter((record) => record.topic === flow.tp.topic);
    // A store that was set back wants again what has left the buffer.
    if (mine.length === 0 && flow.next !== undefined && flow.next > next) return this.#seek(flow, next);
    const ahead = mine.length > 0 && !this.#align(flow, mine);
    this.#keep((record) => record.topic !== flow.tp.topic || (!ahead && record.offset >= next));
    if (ahead || flow.next === undefined || flow.next < next) flow.next = next;
  }

  #keep(wanted: (record: LogRecord) => boolean): void {
    this.#buffer = this.#buffer.filter(wanted);
    this.#bytes = this.#buffer.reduce((sum, record) => sum + sizeOf(record), 0);
  }

  /** One batch: handled, stored, published. It leaves the buffer when it is stored. */
  async #next(): Promise<void> {
    const { signal } = this.#stop;
    await this.#environment.mayStart(signal);
    if (signal.aborted) return;
    const selection = this.#state.select(this.#buffer, this.#options.maxBatch);
    if (selection.records.length === 0) return this.#settle();
    if (await this.#handle(selection)) this.#goOn();
  }

  /** False when the lane stopped before the end. */
  async #handle({ records, mode }: Selection): Promise<boolean> {
    if (mode === 'skip') {
      await this.#finish({ inputs: records.map((record) => ({ record, dead: true })), writes: NOTHING, outputs: [] });
      return true;
    }
    const inputs = records.map((record) => readInput(record, this.#contracts));
    if (inputs.length > 1 && (await this.#handleBatch(inputs))) return true;
    for (const input of inputs) {
      if (!(await this.#handleOne(input))) return false;
    }
    return true;
  }

  /** False when the handler threw: the batch is then taken event by event. */
  async #handleBatch(inputs: readonly Input[]): Promise<boolean> {
    const items = inputs.flatMap((input) => input.item ?? []);
    const outcome = await this.#execute(items);
    if (outcome.kind === 'done') {
      // Only now: a batch that is tried again event by event would count its letters twice.
      const letters = inputs.flatMap((input) => this.#letterOf(input) ?? []);
      await this.#finish({
        inputs: inputs.map((input) => ({ record: input.record, dead: isRefused(input) })),
        writes: outcome.writes,
        outputs: [...letters, ...outcome.records],
      });
      this.#count(inputs);
      return true;
    }
    if (outcome.kind === 'stopped') return true;
    this.#environment.logger.warn(
      { err: outcome.error, group: this.#environment.group, partition: this.partition, events: items.length },
      'stream batch failed, its events are tried one by one',
    );
    return false;
  }

  #letterOf(input: Input): OutRecord | undefined {
    if (input.item || !isRefused(input)) return undefined;
    return this.#deadLetter(input.record, 'permanent', input.refused, 1, this.#environment.now());
  }

  #deadLetter(record: LogRecord, reason: DeadLetterReason, error: unknown, attempts: number, first: number): OutRecord {
    const environment = this.#environment;
    const contract = this.#contracts.get(record.topic);
    const topic = contract?.topic ?? record.topic;
    const { group, logger, appVersion } = environment;
    environment.metrics?.deadLetters.inc({ group, topic, reason });
    const { partition, offset } = record;
    logger.error(
      { err: error, topic: record.topic, partition, offset: String(offset), group, reason, attempts },
      'dead letter',
    );
    const lastFailedAtMs = environment.now();
    return deadLetterOf(record, {
      topic,
      group,
      reason,
      error,
      attempts,
      firstFailedAtMs: first,
      lastFailedAtMs,
      appVersion,
    });
  }

  async #execute(items: readonly StreamItem[]): Promise<HandlerOutcome> {
    if (items.length === 0) return { kind: 'done', writes: NOTHING, records: [] };
    const environment = this.#environment;
    const labels = { group: environment.group, topic: items[0]?.contract.topic ?? '' };
    const pass = await environment.gate.enter(this.#stop.signal);
    if (!pass) return { kind: 'stopped' };
    const run = new HandlerRun(this.#abort.signal, this.#options.deadlineMs);
    const logger = this.#logger();
    const place = { partition: this.partition, signal: run.signal, logger };
    const context = new CollectingContext(environment, this.#state, place);
    const startedAt = performance.now();
    environment.metrics?.attempts.inc(labels);
    try {
      await run.execute(() => this.#options.handler(items, context), environment.abortGraceMs, logger);
      return { kind: 'done', writes: context.writes, records: context.records };
    } catch (error) {
      if (this.#abort.signal.aborted) return { kind: 'stopped' };
      // Not the handler's failure: the lane waits with its batch.
      if (classifyError(error, environment.now()).kind === 'dependency') throw error;
      return { kind: 'failed', error, cause: abortCauseOf(run.signal) };
    } finally {
      environment.metrics?.duration.observe(labels, (performance.now() - startedAt) / 1000);
      run.end();
      pass.leave();
    }
  }

  #logger(): Logger {
    return this.#environment.logger.child({ group: this.#environment.group, partition: this.partition });
  }

  /** Works on one event until it is handled or a dead letter; false when the lane stopped before. */
  async #handleOne(input: Input): Promise<boolean> {
    const { signal } = this.#stop;
    const firstAt = this.#environment.now();
    for (let failures = 0; !signal.aborted;) {
      const letter = this.#letterOf(input);
      const outcome = await this.#execute(input.item ? [input.item] : []);
      if (outcome.kind === 'stopped') return false;
      if (outcome.kind === 'done') {
        await this.#finish({
          inputs: [{ record: input.record, dead: letter !== undefined }],
          writes: outcome.writes,
          outputs: [...(letter ? [letter] : []), ...outcome.records],
        });
        this.#count([input]);
        return true;
      }
      failures += 1;
      const verdict = this.#verdict(outcome.error, outcome.cause, failures, firstAt);
      if (typeof verdict === 'string') {
        const letter = this.#deadLetter(input.record, verdict, outcome.error, failures, firstAt);
        await this.#finish({ inputs: [{ record: input.record, dead: true }], writes: NOTHING, outputs: [letter] });
        return true;
      }
      if (verdict.free) failures -= 1;
      await pause(verdict.waitMs, signal);
    }
    return false;
  }

  #verdict(
    error: unknown,
    cause: AbortCause | undefined,
    failures: number,
    firstAt: number,
  ): DeadLetterReason | { waitMs: number; free: boolean } {
    const { deadlineMs, backoffMs: first, maxBackoffMs } = this.#options;
    const now = this.#environment.now();
    const found = classifyError(cause ? new DeliveryAborted(cause) : error, now);
    const waitMs = backoffMs(failures, first, maxBackoffMs, this.#environment.random);
    if (found.kind === 'permanent') return 'permanent';
    if (found.kind === 'rate-limit') return { waitMs: found.retryAfterMs ?? waitMs, free: true };
    if (found.kind === 'unknown' && failures >= UNKNOWN_ATTEMPTS) return 'exhausted';
    if (now - firstAt + waitMs >= deadlineMs) return 'deadline';
    return { waitMs, free: false };
  }

  /** Stores what a batch leaves, if the partition is still this lane's, then publishes its outputs. */
  async #finish(result: BatchResult): Promise<void> {
    if (!(await this.#state.commit(result))) return this.#superseded();
    const done = new Set(result.inputs.map(({ record }) => record));
    this.#keep((record) => !done.has(record));
    await this.#state.publish();
    await this.#settle();
  }

  async #settle(): Promise<void> {
    const offsets = await this.#state.settle();
    if (offsets === 'superseded') return this.#superseded();
    this.#requestCommits(offsets);
  }

  #requestCommits(offsets: Offsets): void {
    for (const flow of this.#flows.values()) {
      const next = offsets.get(flow.tp.topic);
      if (next === undefined) continue;
      flow.safe = next;
      flow.committer.request(next);
    }
  }

  async #superseded(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    if (!this.#state.isOpen || (await this.#isOurs())) this.#startOver();
    this.#environment.logger.error(
      { group: this.#environment.group, partition: this.partition },
      'another member has taken the partition over; the lane stops',
    );
    for (const flow of this.#flows.values()) this.#environment.lost(`${flow.tp.topic}/${flow.tp.partition}`);
    this.abort('revoked');
  }

  /** The group decides whose the partition is; a member that is on its way out may have claimed it late. */
  async #isOurs(): Promise<boolean> {
    for (const flow of this.#flows.values()) {
      if ((await this.#environment.membership().commit(flow.tp, flow.safe ?? 0n)) === 'lost') return false;
    }
    return true;
  }

  #startOver(): never {
    this.#state.close();
    this.#state = this.#newState(true);
    const message = `What is stored of ${this.name} was moved by another member; it is read again`;
    throw new HeadroomError(message, { code: 'HEADROOM_STREAM_MOVED', retryable: true });
  }

  /** Goes on where a lane that lost one of its topics has stopped. */
  async #inherit(): Promise<void> {
    const before = this.#predecessor;
    if (!before) return;
    await before.idle();
    this.#predecessor = undefined;
    this.#buffer = [...before.#buffer.filter((record) => this.#flows.has(record.topic)), ...this.#buffer];
    this.#keep(() => true);
    for (const record of this.#buffer) {
      const flow = this.#flows.get(record.topic);
      if (flow) flow.next = record.offset + 1n;
    }
  }

  #count(inputs: readonly Input[]): void {
    const { metrics, group } = this.#environment;
    if (!metrics) return;
    const counts = new Map<string, number>();
    for (const { record } of inputs) counts.set(record.topic, (counts.get(record.topic) ?? 0) + 1);
    for (const [topic, count] of counts) metrics.handled.inc({ group, topic, outcome: 'done' }, count);
  }

  #goOn(): void {
    if (this.#stop.signal.aborted) return;
    const full = this.#buffer.length > BUFFER_RECORDS / 2 || this.#bytes > BUFFER_BYTES / 2;
    for (const flow of this.#flows.values()) {
      if (!flow.paused || flow.next === undefined || (full && !this.#state.awaits(flow.tp.topic))) continue;
      flow.paused = false;
      this.#environment.membership().resume(flow.tp, flow.next);
    }
  }

  /** No new batch starts; a running handler goes on. */
  stop(): void {
    this.#stop.abort(new DeliveryAborted('shutdown'));
  }

  /** Tells a running handler to end. */
  abort(cause: AbortCause): void {
    this.stop();
    this.#abort.abort(new DeliveryAborted(cause));
    if (cause === 'revoked') this.#leaving ??= this.#leave();
  }

  /** Leaves the state so that the next lane of the partition has little to do; returns what may be committed then. */
  async #leave(): Promise<Offsets | undefined> {
    await this.#running;
    try {
      const offsets = await this.#state.settle(true);
      return offsets === 'superseded' ? undefined : offsets;
    } catch (error) {
      const { logger, group } = this.#environment;
      logger.warn({ err: error, group, partition: this.partition }, 'the last state was not stored, it is made again');
      return undefined;
    } finally {
      this.#state.close();
    }
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    await this.#running;
    await this.#leaving;
  }

  /** Stores what could wait, and commits offsets a last time. */
  async flush(): Promise<void> {
    const offsets = await this.#leave();
    if (offsets) this.#requestCommits(offsets);
    for (const flow of this.#flows.values()) await flow.committer.flush();
  }
}
