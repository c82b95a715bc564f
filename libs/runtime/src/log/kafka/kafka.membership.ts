import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError } from '@headroom/contracts';
import type { EachBatchPayload } from 'kafkajs';
import type { GroupListener, GroupSpec, Membership, TopicPartition } from '../log.port.js';
import { copartitionAssigner, type Ownership } from './copartition.assigner.js';
import { KafkaConsumer } from './kafka.consumer.js';
import { brokerErrorType, logError } from './kafka.errors.js';
import type { KafkaSettings } from './kafka.options.js';
import type { KafkaReader } from './kafka.reader.js';
import type { KafkaTopics } from './kafka.topics.js';
import { recordOf } from './record.codec.js';

/** A partition that this member owns. */
interface Flow {
  tp: TopicPartition;
  /** The next offset to hand over; undefined until a record or a `resume` has said it. */
  position: bigint | undefined;
  paused: boolean;
}

/** A member of its group may have to join again before it can commit. */
const EXPELLED = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);
const REBUILD_MS = { first: 500, largest: 30_000 };
const STABLE_MS = 60_000;

function nameOf(tp: TopicPartition): string {
  return `${tp.topic}/${tp.partition}`;
}

/**
 * A member of a group on Kafka. Batches are handed over at once and worked on outside of the client; what is assigned,
 * paused and reached is kept here, because the client forgets it when it joins again.
 */
export class KafkaMembership implements Membership {
  readonly topics: readonly string[];
  readonly #spec: GroupSpec;
  readonly #on: GroupListener;
  readonly #settings: KafkaSettings;
  readonly #topics: KafkaTopics;
  readonly #reader: KafkaReader;
  readonly #hasLeft: () => void;
  readonly #left = new AbortController();
  readonly #flows = new Map<string, Flow>();
  readonly #commits = new Set<Promise<unknown>>();
  /** Partitions for which the client may still hold a seek. It keeps it when the partition is lost. */
  readonly #seeking = new Set<string>();
  readonly #released = Promise.withResolvers<void>();
  #consumer: KafkaConsumer;
  #told = false;
  #joined = false;
  #joins = 0;
  #joinedAtMs = 0;
  /** Whether the listener has heard of a crash and not yet of the recovery. */
  #away = false;
  /** Crashes one after another: a client that had lived for a while begins anew. */
  #failures = 0;
  #leaving: Promise<void> | undefined;
  #changed = Promise.withResolvers<void>();
  #failed: Error | undefined;

  constructor(
    spec: GroupSpec,
    on: GroupListener,
    parts: { settings: KafkaSettings; topics: KafkaTopics; reader: KafkaReader },
    left: () => void,
  ) {
    this.topics = spec.topics;
    this.#spec = spec;
    this.#on = on;
    this.#settings = parts.settings;
    this.#topics = parts.topics;
    this.#reader = parts.reader;
    this.#hasLeft = left;
    this.#consumer = this.#build();
  }

  #build(): KafkaConsumer {
    const groupId = `${this.#settings.prefix}${this.#spec.group}`;
    const consumer: KafkaConsumer = new KafkaConsumer(
      this.#settings,
      groupId,
      copartitionAssigner(() => this.#ownership()),
      {
        batch: (payload) => this.#batch(consumer, payload),
        joined: (assignment) => this.#hasJoined(assignment),
        crashed: (error, restart) => this.#hasCrashed(error, restart),
      },
    );
    return consumer;
  }

  #ownership(): Ownership {
    const numbers = new Set(Array.from(this.#flows.values(), (flow) => flow.tp.partition));
    return { numbers: [...numbers].sort((a, b) => a - b), sinceMs: this.#joinedAtMs };
  }

  /**
   * Joins for the first time. The listener is called once the caller has its membership.
   * @throws HeadroomError `HEADROOM_LOG_REFUSED`, or, retryable, `HEADROOM_LOG_AWAY`
   */
  async start(): Promise<void> {
    const outer = this.topics.map((topic) => this.#topics.outer(topic));
    void this.#consumer.start(outer);
    const { rebalanceTimeoutMs, requestDeadlineMs } = this.#settings;
    try {
      await this.#nextJoin(0, rebalanceTimeoutMs + requestDeadlineMs);
    } catch (error) {
      await this.leave();
      throw error;
    }
    setImmediate(() => this.#release());
  }

  #release(): void {
    this.#told = true;
    const tps = Array.from(this.#flows.values(), (flow) => flow.tp);
    if (tps.length > 0 && !this.#left.signal.aborted) this.#on.assigned(tps);
    this.#released.resolve();
  }

  /** Compares what is assigned with what was: the client only tells the result. */
  #hasJoined(assignment: Readonly<Record<string, readonly number[]>>): void {
    const now = new Map<string, TopicPartition>();
    for (const [outer, partitions] of Object.entries(assignment)) {
      const topic = this.#topics.inner(outer);
      if (topic === undefined) continue;
      for (const partition of partitions) now.set(nameOf({ topic, partition }), { topic, partition });
    }
    const revoked = Array.from(this.#flows.values(), (flow) => flow.tp).filter((tp) => !now.has(nameOf(tp)));
    for (const tp of revoked) this.#lose(tp);
    for (const flow of this.#flows.values()) this.#goOn(flow);
    const assigned = [...now.values()].filter((tp) => !this.#flows.has(nameOf(tp)));
    for (const tp of assigned) this.#gain(tp);
    const recovered = this.#away;
    this.#away = false;
    this.#joined = true;
    this.#joinedAtMs = Date.now();
    this.#joins += 1;
    this.#wake();
    if (!this.#told) return;
    if (revoked.length > 0) this.#on.revoked(revoked);
    if (assigned.length > 0) this.#on.assigned(assigned);
    if (recovered) this.#on.recovered?.();
  }

  #lose(tp: TopicPartition): void {
    this.#flows.delete(nameOf(tp));
    // The client keeps a pause over the loss, and would never fetch the partition again when it comes back.
    this.#consumer.resume(this.#outer(tp));
  }

  #goOn(flow: Flow): void {
    if (flow.paused) this.#consumer.pause(this.#outer(flow.tp));
    else if (flow.position !== undefined) this.#seek(flow.tp, flow.position);
  }

  #gain(tp: TopicPartition): void {
    const flow: Flow = { tp, position: undefined, paused: false };
    this.#flows.set(nameOf(tp), flow);
    if (this.#seeking.has(nameOf(tp))) void this.#startAtCommitted(flow);
  }

  /** A seek from an earlier ownership would start the partition elsewhere than where its last owner has got to. */
  async #startAtCommitted(flow: Flow): Promise<void> {
    const outer = this.#outer(flow.tp);
    this.#consumer.pause(outer);
    for (;;) {
      try {
        const from = (await this.#reader.committed(this.#spec.group, flow.tp)) ?? 0n;
        if (this.#flows.get(nameOf(flow.tp)) !== flow || flow.position !== undefined) return;
        flow.position = from;
        this.#goOn(flow);
        if (!flow.paused) this.#consumer.resume(outer);
        return;
      } catch (error) {
        this.#settings.logger.warn({ err: error, ...flow.tp }, 'where to start is not known yet, it is asked again');
        if (this.#left.signal.aborted) return;
        await delay(REBUILD_MS.first);
      }
    }
  }

  #seek(tp: TopicPartition, offset: bigint): void {
    this.#seeking.add(nameOf(tp));
    this.#consumer.seek(this.#outer(tp), offset);
  }

  #outer(tp: TopicPartition): TopicPartition {
    return { topic: this.#topics.outer(tp.topic), partition: tp.partition };
  }

  async #batch(consumer: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    await this.#released.promise;
    const { batch } = payload;
    const topic = this.#topics.inner(batch.topic);
    if (topic === undefined || consumer !== this.#consumer || this.#left.signal.aborted || payload.isStale()) return;
    const tp = { topic, partition: batch.partition };
    const flow = this.#flows.get(nameOf(tp));
    if (!flow || flow.paused) return;
    this.#seeking.delete(nameOf(tp));
    const before = flow.position;
    const records = batch.messages
      .map((message) => recordOf(topic, tp.partition, message))
      .filter((record) => before === undefined || record.offset >= before);
    const last = records.at(-1);
    if (last) {
      flow.position = last.offset + 1n;
      try {
        this.#on.records(flow.tp, records);
      } catch (error) {
        flow.position = before;
        throw error;
      }
    }
    payload.resolveOffset(batch.lastOffset());
  }

  pause(tp: TopicPartition): void {
    const flow = this.#flows.get(nameOf(tp));
    if (!flow) return;
    flow.paused = true;
    this.#consumer.pause(this.#outer(tp));
  }

  resume(tp: TopicPartition, from: bigint): void {
    const flow = this.#flows.get(nameOf(tp));
    if (!flow) return;
    flow.paused = false;
    flow.position = from;
    // Without the seek the client would go on where it had fetched to, or at the committed offset.
    this.#seek(tp, from);
    this.#consumer.resume(this.#outer(tp));
  }

  commit(tp: TopicPartition, next: bigint): Promise<'committed' | 'lost'> {
    const work = this.#commit(tp, next).finally(() => this.#commits.delete(work));
    this.#commits.add(work);
    return work;
  }

  async #commit(tp: TopicPartition, next: bigint): Promise<'committed' | 'lost'> {
    const deadline = performance.now() + this.#settings.sessionTimeoutMs;
    for (;;) {
      const joins = this.#joins;
      // Kafka stores offsets of partitions that a member has lost: only who owns one may ask.
      if (!this.#owns(tp)) return 'lost';
      if (this.#joined && (await this.#stored(tp, next))) return this.#owns(tp) ? 'committed' : 'lost';
      if (this.#leaving) return 'lost';
      await this.#nextJoin(joins, deadline - performance.now());
    }
  }

  #owns(tp: TopicPartition): boolean {
    return !this.#left.signal.aborted && this.#flows.has(nameOf(tp));
  }

  /** False when the member has to join again first. */
  async #stored(tp: TopicPartition, next: bigint): Promise<boolean> {
    try {
      return await this.#consumer.commit(this.#outer(tp), next);
    } catch (error) {
      const type = brokerErrorType(error);
      if (type !== undefined && EXPELLED.has(type)) return false;
      throw logError(error, 'store an offset');
    }
  }

  /** Waits until the group has been joined more than `joins` times. */
  async #nextJoin(joins: number, ms: number): Promise<void> {
    const deadline = performance.now() + ms;
    while (this.#joins <= joins && !this.#leaving) {
      if (this.#failed) throw logError(this.#failed, `join the group ${this.#spec.group}`);
      const remaining = deadline - performance.now();
      if (remaining <= 0) throw notJoined(this.#spec.group);
      await Promise.race([this.#changed.promise, delay(remaining, undefined, { ref: false })]);
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #hasCrashed(error: Error, restart: boolean): void {
    this.#failures = this.#joined && Date.now() - this.#joinedAtMs > STABLE_MS ? 1 : this.#failures + 1;
    this.#joined = false;
    this.#seeking.clear();
    if (!this.#told) return this.#failedToJoin(error, restart);
    // Whichever builds the next client, the member comes back; until then further failures are no news.
    if (this.#away) this.#settings.logger.debug({ err: error, restart, group: this.#spec.group }, 'it crashed again');
    else this.#on.crashed(error, true);
    this.#away = true;
    if (!restart) void this.#rebuild();
  }

  /** The caller of `join` waits: it is told what nobody could repair by waiting. */
  #failedToJoin(error: Error, restart: boolean): void {
    this.#settings.logger.warn({ err: error, restart, group: this.#spec.group }, 'the group could not be joined');
    if (restart) return;
    this.#failed = error;
    this.#wake();
  }

  /** A client that has crashed for good stays dead in a process that lives: another takes its place. */
  async #rebuild(): Promise<void> {
    const { first, largest } = REBUILD_MS;
    const old = this.#consumer;
    const wait = delay(Math.min(largest, first * 2 ** (this.#failures - 1)), undefined, { signal: this.#left.signal });
    await Promise.allSettled([old.end(), wait]);
    if (this.#left.signal.aborted) return;
    this.#consumer = this.#build();
    await this.#consumer.start(this.topics.map((topic) => this.#topics.outer(topic)));
  }

  leave(): Promise<void> {
    return (this.#leaving ??= this.#leave());
  }

  async #leave(): Promise<void> {
    this.#wake();
    // Once the client disconnects it takes commits and stores nothing: those that run end before.
    await Promise.allSettled(this.#commits);
    this.#left.abort();
    this.#released.resolve();
    await this.#consumer.end();
    this.#flows.clear();
    this.#hasLeft();
  }
}

function notJoined(group: string): HeadroomError {
  const message = `The group ${group} could not be joined in time; see that its brokers answer and its members do not hang`;
  return new HeadroomError(message, { code: 'HEADROOM_LOG_AWAY', retryable: true });
}
