import type { TopicSpec } from '@headroom/contracts';
import type {
  GroupListener,
  GroupSpec,
  LogRecord,
  Membership,
  OutRecord,
  PartitionLag,
  ReadableLog,
  TopicPartition,
} from '../log.port.js';
import { KafkaAdmin } from './kafka.admin.js';
import { KafkaAppender } from './kafka.appender.js';
import { closedError, unknownTopic } from './kafka.errors.js';
import { KafkaMembership } from './kafka.membership.js';
import { kafkaSettings, type KafkaOptions, type KafkaSettings } from './kafka.options.js';
import { KafkaReader } from './kafka.reader.js';
import { KafkaTopics, type TopicOutcome } from './kafka.topics.js';

const PING_MS = 5_000;

/** The log on a Kafka cluster. */
export class KafkaLog implements ReadableLog {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #topics: KafkaTopics;
  readonly #reader: KafkaReader;
  readonly #appender: KafkaAppender;
  readonly #members = new Map<KafkaMembership, string>();
  #closing: Promise<void> | undefined;

  private constructor(settings: KafkaSettings) {
    this.#settings = settings;
    this.#admin = new KafkaAdmin(settings);
    this.#topics = new KafkaTopics(settings, this.#admin);
    this.#reader = new KafkaReader(settings, this.#admin, this.#topics);
    this.#appender = new KafkaAppender(settings, this.#topics);
  }

  /**
   * Opens the log and looks whether the cluster answers.
   * @throws HeadroomError `HEADROOM_LOG_REFUSED`, or, retryable, `HEADROOM_LOG_AWAY`
   */
  static async open(options: KafkaOptions): Promise<KafkaLog> {
    const log = new KafkaLog(kafkaSettings(options));
    try {
      await log.#topics.existing();
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  /** The cluster's id, with the prefix of the topics. A topic that was deleted and made again is not told apart. */
  async identity(): Promise<string> {
    const { clusterId } = await this.cluster();
    return `${clusterId}/${this.#settings.prefix}`;
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    await this.#topics.ensure(specs);
  }

  /**
   * Makes the topics of the cluster what the specs say: makes those that are missing, adds partitions, changes settings
   * that differ and leaves all others; an existing topic never gets fewer partitions. Reports on each spec.
   * @param options.dryRun only reports what would be done. @default false
   * @throws HeadroomError `HEADROOM_TOPIC_NOT_MADE`, `HEADROOM_LOG_REFUSED`, or, retryable, `HEADROOM_LOG_AWAY`
   */
  applyTopics(specs: readonly TopicSpec[], options: { dryRun?: boolean } = {}): Promise<TopicOutcome[]> {
    return this.#topics.apply(specs, options.dryRun ?? false);
  }

  /**
   * @throws HeadroomError beside those of the port `HEADROOM_LOG_REFUSED` when the broker does not let this client write
   * this, `HEADROOM_PARTITION_UNKNOWN`. An append that is larger than one batch of its topic goes out as several.
   */
  append(records: readonly OutRecord[]): Promise<void> {
    return this.#appender.append(records);
  }

  async join(spec: GroupSpec, on: GroupListener): Promise<Membership> {
    if (this.#closing) throw closedError();
    const existing = await this.#topics.existing();
    const missing = spec.topics.find((topic) => !existing.has(topic));
    if (missing !== undefined) throw unknownTopic(missing);
    const parts = { settings: this.#settings, topics: this.#topics, reader: this.#reader };
    const membership = new KafkaMembership(spec, on, parts, () => this.#members.delete(membership));
    this.#members.set(membership, spec.group);
    await membership.start();
    return membership;
  }

  async lag(group: string): Promise<PartitionLag[]> {
    if (this.#closing) return [];
    const joined = Array.from(this.#members).filter(([, name]) => name === group);
    return this.#reader.lag(
      group,
      joined.flatMap(([member]) => member.topics),
    );
  }

  async topics(): Promise<string[]> {
    return [...(await this.#topics.existing()).keys()].sort();
  }

  async partitionsOf(topic: string): Promise<number> {
    return (await this.#topics.existing()).get(topic) ?? 0;
  }

  read(tp: TopicPartition, from: bigint, limit: number): Promise<LogRecord[]> {
    return this.#reader.read(tp, from, limit);
  }

  /** Resolves when the log answers; rejects, retryable, when it is away. */
  async ping(): Promise<void> {
    const deadlineMs = Math.min(PING_MS, this.#settings.requestDeadlineMs);
    await this.#admin.ask('answer', ({ admin }) => admin.describeCluster(), deadlineMs);
  }

  /**
   * Which cluster this is, and its brokers as `host:port`.
   * @throws HeadroomError `HEADROOM_LOG_REFUSED`, or, retryable, `HEADROOM_LOG_AWAY`
   */
  async cluster(): Promise<{ clusterId: string; brokers: string[] }> {
    const { clusterId, brokers } = await this.#admin.ask('describe its cluster', ({ admin }) =>
      admin.describeCluster(),
    );
    return { clusterId, brokers: brokers.map(({ host, port }) => `${host}:${port}`) };
  }

  /** Leaves every group, sends what waits, and disconnects. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const sent = this.#appender.close();
    await Promise.all(Array.from(this.#members.keys(), (member) => member.leave()));
    await sent;
    await this.#admin.close();
  }
}
