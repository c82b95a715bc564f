import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import {
  HeadroomError,
  messageOf,
  redriveTopic,
  type Commanded,
  type EventContract,
  type HeadroomEvent,
  type TopicSpec,
} from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import type { Registry } from 'prom-client';
import type { BlobStore } from '../blobs/blob.port.js';
import { EventPublisher } from '../events/publisher.js';
import type { LogRecord, LogTransport, Membership, TopicPartition } from '../log/log.port.js';
import type { KeyValueStore, StoreEntry } from '../store/key-value.port.js';
import { pause } from './abort.js';
import { obeyCommand } from './case.orders.js';
import { DependencyWatch, type Dependency } from './dependency.watch.js';
import { classifyError } from './error.classifier.js';
import { processGate, type ExclusiveGate } from './exclusive.gate.js';
import { parkedPrefix } from './keys.js';
import { DEPENDENCY_BACKOFF_MS, type LaneEnvironment } from './lane.environment.js';
import { metricsOf } from './metrics.js';
import { listParked, resumeParked, type ParkedDelivery, type StoredParking } from './parking.js';
import { Slots } from './slots.js';
import { logRecordOf } from './stored.record.js';
import { StreamLane } from './stream.lane.js';
import type { StreamSubscription, TaskSubscription } from './subscription.js';
import { TaskLane } from './task.lane.js';
import { groupTopicSpecs } from './topics.js';

/**
 * INITIALIZED: made, not started. RUNNING: joined, or joining. DRAINING: takes no new work, running work goes on.
 * STOPPED: has left, nothing runs. FAILED: could not start, or its client died for good.
 */
export type RuntimeStatus = 'INITIALIZED' | 'RUNNING' | 'DRAINING' | 'STOPPED' | 'FAILED';

/** How long a drain lets running handlers finish, unless said otherwise. Milliseconds. */
export const DRAIN_DEADLINE_MS = 10_000;
/** How long a handler that was told to stop may take, unless said otherwise. Milliseconds. */
export const ABORT_GRACE_MS = 2_000;

/** What a runtime is made from. */
export interface RuntimeParts {
  /** Consumer group: the service's name, exactly. */
  group: string;
  log: LogTransport;
  store: KeyValueStore;
  /** Where stream subscriptions with `state: 'snapshot'` keep their state; only they need it. */
  blobs?: BlobStore;
  logger: Logger;
  /** Metrics go here. @default none */
  registry?: Registry;
  /** `source` of published events. @default `/headroom/<group>` */
  source?: string;
  /** Version named in dead letters. @default '0.0.0' */
  appVersion?: string;
  /** Task handlers that run at once in this runtime. @default 16 */
  concurrency?: number;
  /** Time for running handlers to finish when closing. @default {@link DRAIN_DEADLINE_MS} */
  drainDeadlineMs?: number;
  /** Time between telling a handler to stop and giving it up. @default {@link ABORT_GRACE_MS} */
  abortGraceMs?: number;
  /** How often parked deliveries are looked at; those with a due time are also taken up then. @default 1_000 */
  parkedPollMs?: number;
  /** How often running work is compared with what people have commanded about its case. @default 2_000 */
  ordersPollMs?: number;
  /** How often log and store are asked whether they are there; while one is not, nothing starts. @default 1_000 */
  dependencyPingMs?: number;
  /** @default one for the whole process, so that an exclusive section pauses all its runtimes */
  gate?: ExclusiveGate;
  /** Milliseconds since 1970. @default Date.now */
  now?: () => number;
  /** 0 to 1, for jitter. @default Math.random */
  random?: () => number;
}

/** One consumer group in this process: its subscriptions, lanes and state. */
export class Runtime {
  readonly group: string;
  readonly publisher: EventPublisher;
  readonly #parts: RuntimeParts;
  readonly #environment: LaneEnvironment;
  readonly #watch: DependencyWatch;
  readonly #tasks = new Map<string, TaskSubscription>();
  readonly #streams: { subscription: StreamSubscription; contracts: Map<string, EventContract> }[] = [];
  readonly #taskLanes = new Map<string, TaskLane>();
  readonly #streamLanes = new Map<string, StreamLane>();
  readonly #problems = new Map<string, string>();
  readonly #listeners = new Set<(status: RuntimeStatus) => void>();
  readonly #resuming = new Set<string>();
  readonly #arrived = new Set<string>();
  readonly #furtherTopics: TopicSpec[] = [];
  readonly #closed = new AbortController();
  readonly #hurried = new AbortController();
  #status: RuntimeStatus = 'INITIALIZED';
  #membership: Membership | undefined;
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #poke: (() => void) | undefined;
  #stopObserving: (() => void) | undefined;
  #pauses = 0;
  #goOn: (() => void)[] = [];

  constructor(parts: RuntimeParts) {
    this.group = parts.group;
    this.#parts = parts;
    const source = parts.source ?? `/headroom/${parts.group}`;
    this.publisher = new EventPublisher(parts.log, { source, now: parts.now });
    this.#watch = new DependencyWatch({
      pings: { log: () => parts.log.ping(), store: () => parts.store.ping() },
      everyMs: parts.dependencyPingMs ?? 1_000,
      changed: (dependency, error) => this.#dependencyChanged(dependency, error),
    });
    const concurrency = parts.concurrency ?? 16;
    this.#environment = {
      group: parts.group,
      owner: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      source,
      appVersion: parts.appVersion ?? '0.0.0',
      log: parts.log,
      store: parts.store,
      blobs: parts.blobs,
      publisher: this.publisher,
      logger: parts.logger,
      metrics: parts.registry && metricsOf(parts.registry),
      gate: parts.gate ?? processGate,
      slots: new Slots(concurrency),
      concurrency,
      abortGraceMs: parts.abortGraceMs ?? ABORT_GRACE_MS,
      ordersPollMs: parts.ordersPollMs ?? 2_000,
      now: parts.now ?? Date.now,
      random: parts.random ?? Math.random,
      membership: () => this.#joined(),
      mayStart: (signal) => this.#mayStart(signal),
      problem: (lane, error) => this.#problem(lane, error),
      lost: (lane) => this.#lost(lane),
    };
  }

  get status(): RuntimeStatus {
    return this.#status;
  }

  /** What keeps this runtime from working: `log`, `store`, or the name of a lane; empty when all is well. */
  get problems(): ReadonlyMap<string, string> {
    return this.#problems;
  }

  /** Whether it is a member of its group. */
  get joined(): boolean {
    return this.#membership !== undefined;
  }

  /** Whether it is joined, not draining, and no lane is stuck. */
  get ready(): boolean {
    return this.#status === 'RUNNING' && this.joined && this.#problems.size === 0;
  }

  /** Calls back at every change of status; returns how to stop that. */
  onStatus(listener: (status: RuntimeStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #setStatus(status: RuntimeStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
  }

  /**
   * Subscribes a task handler. Before `start`.
   * @throws HeadroomError `HEADROOM_SUBSCRIPTION_DUPLICATE`, `HEADROOM_RUNTIME_STARTED`
   */
  subscribe<Data>(subscription: TaskSubscription<Data>): void {
    this.#checkNew([subscription.contract.topic]);
    const task = subscription as unknown as TaskSubscription;
    this.#tasks.set(task.contract.topic, task);
    this.#tasks.set(redriveTopic(task.contract.topic, this.group), task);
  }

  /**
   * Subscribes a stream handler. Before `start`.
   * @throws HeadroomError `HEADROOM_SUBSCRIPTION_DUPLICATE`, `HEADROOM_RUNTIME_STARTED`, `HEADROOM_BLOBS_NEEDED`
   */
  subscribeStream(subscription: StreamSubscription): void {
    this.#checkNew(subscription.contracts.map((contract) => contract.topic));
    if (subscription.state === 'snapshot') this.#checkSnapshots();
    const contracts = new Map<string, EventContract>();
    for (const contract of subscription.contracts as unknown as readonly EventContract[]) {
      contracts.set(contract.topic, contract);
      contracts.set(redriveTopic(contract.topic, this.group), contract);
    }
    this.#streams.push({ subscription, contracts });
  }

  /** Has topics made at the start beside those that are subscribed to. Before `start`. */
  needTopics(topics: readonly TopicSpec[]): void {
    this.#furtherTopics.push(...topics);
  }

  #checkNew(topics: readonly string[]): void {
    if (this.#status !== 'INITIALIZED') {
      throw new HeadroomError('Subscribe before the runtime starts', { code: 'HEADROOM_RUNTIME_STARTED' });
    }
    const taken = topics.find(
      (topic) => this.#tasks.has(topic) || this.#streams.some((each) => each.contracts.has(topic)),
    );
    if (taken === undefined) return;
    const message = `The group ${this.group} already has a handler for ${taken}; remove one, or use another group`;
    throw new HeadroomError(message, { code: 'HEADROOM_SUBSCRIPTION_DUPLICATE' });
  }

  #checkSnapshots(): void {
    if (!this.#parts.blobs) {
      throw new HeadroomError('A subscription with snapshots needs a blob store; give the runtime `blobs`', {
        code: 'HEADROOM_BLOBS_NEEDED',
      });
    }
    if (!this.#streams.some(({ subscription }) => subscription.state === 'snapshot')) return;
    const message = `The group ${this.group} already has a subscription with snapshots; put the contracts into one, or use another group`;
    throw new HeadroomError(message, { code: 'HEADROOM_SUBSCRIPTION_DUPLICATE' });
  }

  /**
   * Makes the topics that are missing, joins, and begins. Waits for a log that is away. A stop during the start ends it.
   */
  start(): Promise<void> {
    if (this.#closing)
      return Promise.reject(new HeadroomError('The runtime is closed', { code: 'HEADROOM_RUNTIME_CLOSED' }));
    return (this.#starting ??= this.#start());
  }

  async #start(): Promise<void> {
    this.#setStatus('RUNNING');
    try {
      await this.#watch.start();
      while (!this.#closing && !(await this.#join())) await this.#watch.untilBack('log');
      if (this.#closing) return;
      this.#observe();
      this.#looking = this.#lookForParked();
      this.#parts.logger.info({ group: this.group }, 'runtime started');
    } catch (error) {
      if (!this.#closing) this.#setStatus('FAILED');
      throw error;
    }
  }

  /** False when the log went away meanwhile. */
  async #join(): Promise<boolean> {
    if (this.#watch.isAway('log')) return false;
    const contracts = new Set<EventContract>();
    for (const task of this.#tasks.values()) contracts.add(task.contract);
    for (const stream of this.#streams) for (const contract of stream.contracts.values()) contracts.add(contract);
    const topics = [...this.#tasks.keys(), ...this.#streams.flatMap((each) => [...each.contracts.keys()])];
    try {
      await this.#parts.log.ensureTopics([...groupTopicSpecs([...contracts], this.group), ...this.#furtherTopics]);
      if (this.#closing) return false;
      this.#membership = await this.#parts.log.join({ group: this.group, topics }, this.#listener());
      return true;
    } catch (error) {
      await this.#watch.look();
      if (this.#watch.isAway('log')) return false;
      if (classifyError(error, this.#environment.now()).kind !== 'dependency') throw error;
      await pause(DEPENDENCY_BACKOFF_MS.first, this.#closed.signal);
      return false;
    }
  }

  #dependencyChanged(dependency: Dependency, error: unknown): void {
    const { logger } = this.#parts;
    if (error === undefined) {
      this.#problems.delete(dependency);
      logger.info({ dependency, group: this.group }, 'dependency back');
      this.resumeLanes();
      return;
    }
    const wasAway = this.#problems.has(dependency);
    this.#problems.set(dependency, messageOf(error));
    if (wasAway) return;
    logger.warn({ err: error, dependency, group: this.group }, 'dependency away');
    this.pauseLanes();
  }

  #observe(): void {
    const { group } = this;
    const { log, store } = this.#parts;
    this.#stopObserving = this.#environment.metrics?.observe({
      group,
      inFlight: () => this.#lanes().reduce((sum, lane) => sum + lane.inFlight, 0),
      lag: async () => (this.#watch.isAway('log') ? [] : log.lag(group)),
      parked: async () => (this.#watch.isAway('store') ? undefined : (await store.list(parkedPrefix(group))).length),
    });
  }

  #lanes(): (TaskLane | StreamLane)[] {
    return [...this.#taskLanes.values(), ...this.#streamLanes.values()];
  }

  #joined(): Membership {
    if (this.#membership) return this.#membership;
    throw new HeadroomError('The runtime has not joined its group', {
      code: 'HEADROOM_RUNTIME_NOT_JOINED',
      retryable: true,
    });
  }

  #listener() {
    return {
      records: (tp: TopicPartition, batch: readonly LogRecord[]): void => this.#records(tp, batch),
      assigned: (tps: readonly TopicPartition[]): void => {
        for (const tp of tps) this.#assign(tp);
      },
      revoked: (tps: readonly TopicPartition[]): void => {
        for (const tp of tps) this.#revoke(tp);
      },
      crashed: (error: Error, willRestart: boolean): void => {
        this.#parts.logger.error({ err: error, willRestart, group: this.group }, 'the log client crashed');
        if (willRestart) this.#problems.set('consumer', messageOf(error));
        else this.#setStatus('FAILED');
      },
      recovered: (): void => {
        this.#problems.delete('consumer');
        this.#parts.logger.info({ group: this.group }, 'the log client is back in its group');
      },
    };
  }

  #streamOf(
    topic: string,
  ): { index: number; subscription: StreamSubscription; contracts: Map<string, EventContract> } | undefined {
    const index = this.#streams.findIndex((each) => each.contracts.has(topic));
    const found = this.#streams[index];
    return found && { index, ...found };
  }

  #assign(tp: TopicPartition): void {
    if (this.#closing) return;
    const task = this.#tasks.get(tp.topic);
    if (task) {
      const name = `${tp.topic}/${tp.partition}`;
      const lane = this.#taskLanes.get(name);
      if (lane) lane.reassigned();
      else this.#taskLanes.set(name, new TaskLane(tp, task, this.#environment));
      return;
    }
    this.#streamLane(tp)?.assign(tp);
  }

  #streamLane(tp: TopicPartition): StreamLane | undefined {
    const stream = this.#streamOf(tp.topic);
    if (!stream) return undefined;
    const name = `${stream.index}/${tp.partition}`;
    let lane = this.#streamLanes.get(name);
    if (!lane) {
      lane = new StreamLane(tp.partition, stream.subscription, stream.contracts, this.#environment);
      this.#streamLanes.set(name, lane);
    }
    return lane;
  }

  #records(tp: TopicPartition, batch: readonly LogRecord[]): void {
    if (this.#closing) return;
    const lane = this.#taskLanes.get(`${tp.topic}/${tp.partition}`);
    if (lane) lane.records(batch);
    else this.#streamLane(tp)?.records(tp, batch);
  }

  #revoke(tp: TopicPartition): void {
    const name = `${tp.topic}/${tp.partition}`;
    const lane = this.#taskLanes.get(name);
    if (lane) {
      lane.abort('revoked');
      this.#taskLanes.delete(name);
      this.#forgetProblems(lane.name);
      return;
    }
    const stream = this.#streamOf(tp.topic);
    const key = `${stream?.index}/${tp.partition}`;
    const old = this.#streamLanes.get(key);
    if (!stream || !old) return;
    old.abort('revoked');
    this.#streamLanes.delete(key);
    this.#forgetProblems(old.name);
    const left = old.assigned.filter((each) => each.topic !== tp.topic);
    if (left.length === 0) return;
    const next = new StreamLane(tp.partition, stream.subscription, stream.contracts, this.#environment, old);
    this.#streamLanes.set(key, next);
    for (const each of left) next.assign(each);
  }

  /** What a lane could not do is its next owner's matter. */
  #forgetProblems(lane: string): void {
    for (const name of this.#problems.keys()) {
      if (name === lane || name.startsWith(`${lane} `)) this.#problems.delete(name);
    }
  }

  #lost(lane: string): void {
    const at = lane.lastIndexOf('/');
    const tp = { topic: lane.slice(0, at), partition: Number(lane.slice(at + 1)) };
    this.#parts.logger.warn({ ...tp, group: this.group }, 'the partition belongs to another member');
    this.#revoke(tp);
  }

  #problem(lane: string, error: unknown): void {
    if (error === undefined) {
      this.#problems.delete(lane);
      return;
    }
    const message = messageOf(error);
    if (this.#problems.get(lane) === message) return;
    this.#problems.set(lane, message);
    void this.#tellProblem(lane, error);
  }

  /** A dependency that is away is told once, and not by every lane that needs it. */
  async #tellProblem(lane: string, error: unknown): Promise<void> {
    if (await this.#isAway(error)) return;
    this.#parts.logger.error({ err: error, lane, group: this.group }, 'a lane cannot go on, it is tried again');
  }

  /** Whether an error comes of a dependency that is away now: that is told by itself. */
  async #isAway(error: unknown): Promise<boolean> {
    return classifyError(error, this.#environment.now()).kind === 'dependency' && (await this.#watch.look());
  }

  /** Starts no handler until `resumeLanes`; running ones go on. Calls nest. */
  pauseLanes(): void {
    this.#pauses += 1;
  }

  resumeLanes(): void {
    this.#pauses = Math.max(0, this.#pauses - 1);
    if (this.#pauses > 0) return;
    for (const goOn of this.#goOn.splice(0)) goOn();
  }

  async #mayStart(signal: AbortSignal): Promise<void> {
    while (this.#pauses > 0 && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const goOn = (): void => resolve();
      this.#goOn.push(goOn);
      signal.addEventListener('abort', goOn, { once: true });
      await promise;
      signal.removeEventListener('abort', goOn);
    }
  }

  /** Deliveries of this group that are parked, oldest first. */
  parked(): Promise<ParkedDelivery[]> {
    return listParked(this.#parts.store, this.group);
  }

  /** Lets the parked deliveries of a case go on now; returns how many there are. */
  async resume(caseId: string): Promise<number> {
    const count = await resumeParked(this.#parts.store, this.group, caseId);
    this.#poke?.();
    return count;
  }

  /**
   * Lets the deliveries go on that are parked for a reason, because what they wait for is there now. They are looked up once,
   * as soon as the store answers; one that is parked for it again later stays parked.
   */
  resumeParkedFor(reason: string): void {
    this.#arrived.add(reason);
    this.#poke?.();
  }

  /** Takes note, for this group, of what a person commanded about a case. Repeating it changes nothing. */
  async obey(command: HeadroomEvent<Commanded>): Promise<void> {
    await obeyCommand({ store: this.#parts.store, group: this.group }, command);
    this.#poke?.();
  }

  async #lookForParked(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#mayStart(signal);
      if (signal.aborted) return;
      try {
        await this.#takeUpDue();
        this.#problem('parked', undefined);
      } catch (error) {
        if (!(await this.#isAway(error)) && !signal.aborted) this.#problem('parked', error);
      }
      const poked = new AbortController();
      this.#poke = () => poked.abort();
      await pause(this.#parts.parkedPollMs ?? 1_000, AbortSignal.any([signal, poked.signal]));
    }
  }

  async #takeUpDue(): Promise<void> {
    await this.#resumeArrived();
    const now = this.#environment.now();
    for (const entry of await this.#parts.store.list<StoredParking>(parkedPrefix(this.group))) {
      const { resumeAtMs, topic, partition } = entry.value;
      if (resumeAtMs === undefined || resumeAtMs > now || this.#resuming.has(entry.key)) continue;
      const lane = this.#taskLanes.get(`${topic}/${partition}`);
      if (lane) void this.#takeUp(entry, lane);
    }
  }

  async #resumeArrived(): Promise<void> {
    if (this.#arrived.size === 0) return;
    const reasons = [...this.#arrived];
    const waiting = (await this.parked()).filter(({ reason }) => reasons.includes(reason));
    for (const caseId of new Set(waiting.map((each) => each.caseId))) {
      await resumeParked(this.#parts.store, this.group, caseId);
    }
    for (const reason of reasons) this.#arrived.delete(reason);
  }

  async #takeUp({ key, value }: StoreEntry<StoredParking>, lane: TaskLane): Promise<void> {
    this.#resuming.add(key);
    try {
      await lane.resume(logRecordOf(value.record), value.resumed + 1);
    } finally {
      this.#resuming.delete(key);
    }
  }

  /**
   * Drains and leaves: no new work; running handlers finish until the drain deadline, then are told to stop; leases go
   * back, watermarks are committed, the group is left. Idempotent.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  /** Cuts the drain short: what still runs is told to stop now, not at the drain deadline. Nothing before `close`. */
  hurry(): void {
    if (this.#closing) this.#hurried.abort();
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    const failed = this.#status === 'FAILED';
    if (!failed) this.#setStatus('DRAINING');
    await this.#watch.stop();
    // A failed start has told its caller; what it left behind is closed here all the same.
    await this.#starting?.catch(() => undefined);
    this.#stopObserving?.();
    const lanes = this.#lanes();
    for (const lane of lanes) lane.stop();
    await this.#looking;
    const idle = Promise.all(lanes.map((lane) => lane.idle())).then(() => true);
    if (!(await within(idle, this.#parts.drainDeadlineMs ?? DRAIN_DEADLINE_MS, this.#hurried.signal))) {
      this.#parts.logger.warn(
        { group: this.group },
        'running work is aborted: the drain deadline is over, or there is a hurry',
      );
      for (const lane of lanes) lane.abort('shutdown');
      await within(idle, (this.#parts.abortGraceMs ?? ABORT_GRACE_MS) + 1_000);
    }
    for (const lane of lanes) await lane.flush();
    await this.#membership?.leave();
    this.#parts.logger.info({ group: this.group }, 'runtime stopped');
    this.#setStatus('STOPPED');
  }
}

async function within(work: Promise<boolean>, ms: number, hurried?: AbortSignal): Promise<boolean> {
  const timeout = new AbortController();
  const ended = hurried ? AbortSignal.any([timeout.signal, hurried]) : timeout.signal;
  try {
    return await Promise.race([work, pause(ms, ended).then(() => false)]);
  } finally {
    timeout.abort();
  }
}
