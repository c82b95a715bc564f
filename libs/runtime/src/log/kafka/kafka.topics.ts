import { setTimeout as delay } from 'node:timers/promises';
import { HeadroomError, messageOf, type TopicSpec } from '@headroom/contracts';
import kafkajs, { type ConfigSource } from 'kafkajs';
import type { KafkaAdmin } from './kafka.admin.js';
import { brokerErrorType, logError } from './kafka.errors.js';
import type { KafkaSettings } from './kafka.options.js';

// Node finds only some of the names that the package exports.
const { ConfigResourceTypes, ConfigSource: Source } = kafkajs;

/** A setting of a topic that differs from what is wanted. */
export interface TopicSettingChange {
  name: string;
  /** What the topic has; undefined when the broker does not say. */
  from: string | undefined;
  to: string;
}

/** What was done, or in a dry run would be done, to one topic. */
export interface TopicOutcome {
  topic: string;
  outcome: 'created' | 'changed' | 'unchanged';
  /** Partitions that were added to an existing topic. */
  partitionsAdded: number;
  settings: readonly TopicSettingChange[];
}

/** Room beside key, value and headers for what Kafka writes around a record. Bytes. */
const RECORD_FRAME_BYTES = 4_096;
/** The broker's default of `max.message.bytes`. */
const DEFAULT_BATCH_BYTES = 1_048_588;
const LOOK_EVERY_MS = 50;
const LARGEST_BATCH = 'max.message.bytes';

/** The settings of a topic on Kafka, by their names there. */
export function topicSettings(spec: TopicSpec): Record<string, string> {
  return {
    'cleanup.policy': spec.cleanupPolicy,
    'retention.ms': String(spec.retentionMs),
    [LARGEST_BATCH]: String(spec.maxMessageBytes + RECORD_FRAME_BYTES),
  };
}

/** One setting as the broker describes it; the typings of the client lack it. */
interface ConfigEntry {
  configName: string;
  configValue: string;
  configSource: ConfigSource;
}

/** Topics of the cluster: which there are, what they are like, and how they become what the contracts say. */
export class KafkaTopics {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  #partitions = new Map<string, number>();
  readonly #batchBytes = new Map<string, number>();

  constructor(settings: KafkaSettings, admin: KafkaAdmin) {
    this.#settings = settings;
    this.#admin = admin;
  }

  /** Name on the cluster. */
  outer(topic: string): string {
    return `${this.#settings.prefix}${topic}`;
  }

  /** Name without the prefix; undefined when the topic belongs to others. */
  inner(topic: string): string | undefined {
    const { prefix } = this.#settings;
    if (!topic.startsWith(prefix) || topic.startsWith('__')) return undefined;
    return topic.slice(prefix.length);
  }

  /** Partition counts of the topics that exist now, by name. */
  async existing(): Promise<ReadonlyMap<string, number>> {
    const metadata = await this.#admin.ask('list its topics', ({ cluster }) => cluster.metadata());
    const found = new Map<string, number>();
    for (const { topic, partitionMetadata } of metadata.topicMetadata) {
      const name = this.inner(topic);
      if (name !== undefined) found.set(name, partitionMetadata.length);
    }
    this.#partitions = found;
    return found;
  }

  /** Partitions of a topic, as last heard; looks again for a topic that was not there. Undefined when there is none. */
  async partitionsOf(topic: string): Promise<number | undefined> {
    return this.#partitions.get(topic) ?? (await this.existing()).get(topic);
  }

  /** Largest batch that a topic takes, as last heard. Bytes. */
  async batchBytesOf(topic: string): Promise<number> {
    const known = this.#batchBytes.get(topic);
    if (known !== undefined) return known;
    const bytes = await this.#askBatchBytes(topic);
    this.#batchBytes.set(topic, bytes);
    return bytes;
  }

  async #askBatchBytes(topic: string): Promise<number> {
    try {
      const entries = (await this.#describe([topic])).get(topic);
      return Number(entries?.get(LARGEST_BATCH)?.configValue ?? DEFAULT_BATCH_BYTES);
    } catch (error) {
      // Writing to a topic does not need the right to see its settings.
      if (error instanceof HeadroomError && error.code === 'HEADROOM_LOG_REFUSED') return DEFAULT_BATCH_BYTES;
      throw error;
    }
  }

  /** Forgets what was heard, because it may have changed. */
  forget(): void {
    this.#partitions = new Map();
    this.#batchBytes.clear();
  }

  async #describe(topics: readonly string[]): Promise<Map<string, Map<string, ConfigEntry>>> {
    const resources = topics.map((topic) => ({ type: ConfigResourceTypes.TOPIC, name: this.outer(topic) }));
    const described = await this.#admin.ask('describe topics', ({ admin }) =>
      admin.describeConfigs({ resources, includeSynonyms: false }),
    );
    return new Map(
      described.resources.map((resource) => [
        this.inner(resource.resourceName) ?? resource.resourceName,
        new Map((resource.configEntries as ConfigEntry[]).map((entry) => [entry.configName, entry])),
      ]),
    );
  }

  /** Makes what is missing and adds partitions; says in the log where an existing topic has other settings. */
  async ensure(specs: readonly TopicSpec[]): Promise<void> {
    const plan = await this.#plan(specs);
    await this.#create(plan.missing);
    await this.#grow(plan.existing);
    for (const { spec, settings } of plan.existing) {
      if (settings.length === 0) continue;
      this.#settings.logger.warn(
        { topic: spec.name, settings },
        'a topic has other settings than its contract says; apply the topics to change them',
      );
    }
  }

  /** Makes what is missing, adds partitions, and changes settings that differ. @param dryRun only says what it would do */
  async apply(specs: readonly TopicSpec[], dryRun: boolean): Promise<TopicOutcome[]> {
    const plan = await this.#plan(specs);
    if (!dryRun) {
      await this.#create(plan.missing);
      await this.#grow(plan.existing);
      for (const change of plan.existing) await this.#change(change);
    }
    const outcomes = new Map<string, TopicOutcome>();
    for (const spec of plan.missing) {
      outcomes.set(spec.name, { topic: spec.name, outcome: 'created', partitionsAdded: 0, settings: [] });
    }
    for (const { spec, partitionsAdded, settings } of plan.existing) {
      const outcome = partitionsAdded > 0 || settings.length > 0 ? 'changed' : 'unchanged';
      outcomes.set(spec.name, { topic: spec.name, outcome, partitionsAdded, settings });
    }
    return specs.map((spec) => outcomes.get(spec.name)!);
  }

  async #plan(specs: readonly TopicSpec[]): Promise<{ missing: TopicSpec[]; existing: PlannedChange[] }> {
    const known = await this.existing();
    const missing = specs.filter((spec) => !known.has(spec.name));
    const there = specs.filter((spec) => known.has(spec.name));
    if (there.length === 0) return { missing, existing: [] };
    const described = await this.#describe(there.map((spec) => spec.name));
    const existing = there.map((spec): PlannedChange => {
      const entries = described.get(spec.name) ?? new Map<string, ConfigEntry>();
      const settings = Object.entries(topicSettings(spec))
        .map(([name, to]) => ({ name, from: entries.get(name)?.configValue, to }))
        .filter(({ from, to }) => from !== to);
      const partitionsAdded = Math.max(0, spec.partitions - (known.get(spec.name) ?? 0));
      return { spec, entries, settings, partitionsAdded };
    });
    return { missing, existing };
  }

  async #create(specs: readonly TopicSpec[]): Promise<void> {
    if (specs.length === 0) return;
    const topics = specs.map((spec) => ({
      topic: this.outer(spec.name),
      numPartitions: spec.partitions,
      replicationFactor: this.#settings.replication,
      configEntries: Object.entries(topicSettings(spec)).map(([name, value]) => ({ name, value })),
    }));
    try {
      // Resolves `false` for topics that another process has just made.
      await this.#admin.ask('make topics', ({ admin }) => admin.createTopics({ topics, waitForLeaders: false }));
    } catch (error) {
      throw topicError(error, specs);
    }
    this.forget();
    await this.#untilKnown(specs);
  }

  /** A topic that was made is known to the brokers a little later; what asks for it before is told that it is not there. */
  async #untilKnown(specs: readonly TopicSpec[]): Promise<void> {
    const deadline = performance.now() + this.#settings.requestDeadlineMs;
    for (;;) {
      const known = await this.existing();
      const unknown = specs.filter((spec) => (known.get(spec.name) ?? 0) < spec.partitions);
      if (unknown.length === 0) return;
      if (performance.now() > deadline) {
        const message = `Kafka made the topics ${unknown.map((spec) => spec.name).join(', ')}, but does not know them yet; try again`;
        throw new HeadroomError(message, { code: 'HEADROOM_LOG_AWAY', retryable: true });
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  async #grow(changes: readonly PlannedChange[]): Promise<void> {
    const growing = changes.filter((change) => change.partitionsAdded > 0);
    if (growing.length === 0) return;
    const topicPartitions = growing.map(({ spec }) => ({ topic: this.outer(spec.name), count: spec.partitions }));
    await this.#admin.ask('add partitions', ({ admin }) => admin.createPartitions({ topicPartitions }));
    this.forget();
    await this.#untilKnown(growing.map((change) => change.spec));
  }

  async #change({ spec, entries, settings }: PlannedChange): Promise<void> {
    if (settings.length === 0) return;
    // The request replaces all settings of the topic: those that somebody else has set are sent along.
    const wanted = new Map<string, string>();
    for (const entry of entries.values()) {
      if (entry.configSource === Source.TOPIC_CONFIG) wanted.set(entry.configName, entry.configValue);
    }
    for (const [name, value] of Object.entries(topicSettings(spec))) wanted.set(name, value);
    const configEntries = Array.from(wanted, ([name, value]) => ({ name, value }));
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: this.outer(spec.name), configEntries }];
    await this.#admin.ask('change the settings of a topic', ({ admin }) =>
      admin.alterConfigs({ validateOnly: false, resources }),
    );
    this.forget();
  }
}

interface PlannedChange {
  spec: TopicSpec;
  entries: Map<string, ConfigEntry>;
  settings: TopicSettingChange[];
  partitionsAdded: number;
}

function topicError(error: unknown, specs: readonly TopicSpec[]): HeadroomError {
  const failure = logError(error, 'make topics');
  if (failure.retryable || brokerErrorType(error) === undefined) return failure;
  const names = specs.map((spec) => spec.name).join(', ');
  const message = `Kafka did not make the topics ${names}: ${brokerErrorType(error)}, ${messageOf(error)}`;
  return new HeadroomError(message, { code: 'HEADROOM_TOPIC_NOT_MADE', cause: error });
}
