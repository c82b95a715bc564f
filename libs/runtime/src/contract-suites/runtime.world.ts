import { createLogger } from '@headroom/platform';
import { deadLetterTopic, topicOf, type EventContract, type Finding, type HeadroomEvent } from '@headroom/contracts';
import type { BlobStore } from '../blobs/blob.port.js';
import { MemoryBlobs } from '../blobs/memory.blobs.js';
import { ExclusiveGate } from '../delivery/exclusive.gate.js';
import { Runtime, type RuntimeParts } from '../delivery/runtime.js';
import { encodeEvent } from '../events/codec.js';
import { buildEvent, type PublishOptions } from '../events/publisher.js';
import type { LogRecord, OutRecord, PartitionLag, ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { finding, readTopics, uniqueContract, uniqueName } from './fixtures.js';

/** Log and store under test. */
export interface RuntimeHarness {
  log: ReadableLog;
  store: KeyValueStore;
  /** Outlives restarts. @default in memory */
  blobs?: BlobStore;
  /** Removes every record that a topic of retention 0 holds now. Absent where the log cannot be told to. */
  trim?(topic: string): Promise<void>;
  /** Appends as another client would, null header values included. @default through the log */
  appendForeign?(record: OutRecord): Promise<void>;
  /** The same data after the process was ended and started again. */
  restart(): Promise<{ log: ReadableLog; store: KeyValueStore }>;
  close(): Promise<void>;
}

/** What a runtime test works with: one contract, one group, and everything that must be closed. */
export class RuntimeWorld {
  readonly group = uniqueName('suite.group');
  readonly contract: EventContract<Finding>;
  readonly gate = new ExclusiveGate();
  readonly #harness: RuntimeHarness;
  readonly #runtimes: Runtime[] = [];
  readonly #leave: (() => Promise<void>)[] = [];
  log: ReadableLog;
  store: KeyValueStore;
  readonly blobs: BlobStore;

  constructor(harness: RuntimeHarness, partitions = 4) {
    this.#harness = harness;
    this.log = harness.log;
    this.store = harness.store;
    this.blobs = harness.blobs ?? new MemoryBlobs();
    this.contract = uniqueContract({ partitions });
  }

  /** A runtime that is closed with the world; fast back-off, everything else as by default. */
  runtime(parts: Partial<RuntimeParts> = {}): Runtime {
    const made = new Runtime({
      group: this.group,
      log: this.log,
      store: this.store,
      blobs: this.blobs,
      logger: createLogger({ level: 'silent' }),
      gate: this.gate,
      parkedPollMs: 20,
      dependencyPingMs: 20,
      abortGraceMs: 50,
      ...parts,
    });
    this.#runtimes.push(made);
    return made;
  }

  async ready(): Promise<this> {
    await this.log.ensureTopics([topicOf(this.contract)]);
    return this;
  }

  event(
    key: string,
    label = 'first',
    options: Partial<PublishOptions> & { attempt?: number } = {},
  ): HeadroomEvent<Finding> {
    const { attempt, ...rest } = options;
    return buildEvent(this.contract, finding(key, label, attempt), { source: '/suite', ...rest });
  }

  /** Appends events in one batch. */
  async publish(...events: HeadroomEvent<Finding>[]): Promise<void> {
    await this.log.append(events.map((event) => encodeEvent(this.contract, event)));
  }

  /** Appends bytes as they are to the contract's topic. */
  async raw(record: Partial<OutRecord>): Promise<void> {
    await this.log.append([{ topic: this.contract.topic, key: null, value: null, headers: [], ...record }]);
  }

  /** As `raw`, but as another client would write it. */
  async foreign(record: Partial<OutRecord>): Promise<void> {
    const whole = { topic: this.contract.topic, key: null, value: null, headers: [], ...record };
    if (this.#harness.appendForeign) await this.#harness.appendForeign(whole);
    else await this.log.append([whole]);
  }

  async lag(group = this.group): Promise<PartitionLag[]> {
    return (await this.log.lag(group)).filter((each) => each.topic === this.contract.topic);
  }

  /** Whether the group has finished everything on the contract's topic. */
  async behind(group = this.group): Promise<bigint> {
    const lags = await this.lag(group);
    return lags.reduce((sum, each) => sum + each.lag, 0n);
  }

  /** Follows a topic from its beginning. */
  async follow(topic: string): Promise<LogRecord[]> {
    const reader = await readTopics(this.log, [topic]);
    this.#leave.push(reader.leave);
    return reader.records;
  }

  /** Follows the group's dead letters; the runtime must have started. */
  deadLetters(group = this.group): Promise<LogRecord[]> {
    return this.follow(deadLetterTopic(this.contract.topic, group));
  }

  /** Closes every runtime and starts over on the same data. */
  async restart(): Promise<void> {
    await this.#stop();
    const { log, store } = await this.#harness.restart();
    this.log = log;
    this.store = store;
  }

  /** Removes what a topic of retention 0 holds, where the log can be told to. */
  async trim(topic: string): Promise<void> {
    await this.#harness.trim?.(topic);
  }

  async #stop(): Promise<void> {
    for (const leave of this.#leave.splice(0)) await leave();
    for (const runtime of this.#runtimes.splice(0)) await runtime.close();
  }

  async close(): Promise<void> {
    await this.#stop();
    await this.#harness.close();
  }
}
