import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import type { TopicPartition } from '../log.port.js';
import { ClientSockets } from './client.sockets.js';
import { kafkaClient, RETRY } from './kafka.client.js';
import type { KafkaSettings } from './kafka.options.js';

/** What one client tells its membership. Names are those on the cluster. */
export interface ConsumerEvents {
  batch(payload: EachBatchPayload): Promise<void>;
  joined(assignment: Readonly<Record<string, readonly number[]>>): void;
  /** The client is out of its group for now. @param restart whether it comes back by itself */
  crashed(error: Error, restart: boolean): void;
}

/** Batches are handed over at once, so this only bounds how many partitions wait for each other's hand-over. */
const CONCURRENT_PARTITIONS = 32;
const FETCH_BYTES = 262_144;
const LEAVE_MS = 5_000;

/** One kafkajs consumer, with what it takes to use it without being told otherwise than by its events. */
export class KafkaConsumer {
  readonly #consumer: Consumer;
  readonly #sockets = new ClientSockets();
  readonly #events: ConsumerEvents;
  readonly #settings: KafkaSettings;
  readonly #stored = new Map<string, bigint>();
  #starting: Promise<void> | undefined;
  /** Whether there is a group client inside: without one, its methods throw or do nothing. */
  #active = false;
  #ended = false;

  constructor(settings: KafkaSettings, groupId: string, assigner: PartitionAssigner, events: ConsumerEvents) {
    this.#settings = settings;
    this.#events = events;
    this.#consumer = kafkaClient(settings, this.#sockets).consumer({
      groupId,
      partitionAssigners: [assigner],
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: Math.ceil(settings.sessionTimeoutMs / 10),
      rebalanceTimeout: settings.rebalanceTimeoutMs,
      maxWaitTimeInMs: settings.fetchWaitMs,
      maxBytesPerPartition: FETCH_BYTES,
      metadataMaxAge: settings.metadataMaxAgeMs,
      allowAutoTopicCreation: false,
      retry: { ...RETRY },
    });
    this.#listen();
  }

  #listen(): void {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.#ended) return this.#endAgain();
      this.#active = true;
      this.#events.joined(payload.memberAssignment);
    });
    consumer.on(consumer.events.STOP, () => {
      this.#active = false;
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#active = false;
      if (this.#ended) return this.#endAgain();
      this.#events.crashed(payload.error, payload.restart);
    });
    consumer.on(consumer.events.COMMIT_OFFSETS, ({ payload }) => {
      for (const { topic, partitions } of payload.topics) {
        for (const { partition, offset } of partitions) this.#stored.set(`${topic}/${partition}`, BigInt(offset));
      }
    });
  }

  /** Connects and joins; resolves when the first try is over, whatever its end: that comes as an event. */
  start(topics: readonly string[]): Promise<void> {
    return (this.#starting ??= this.#start(topics));
  }

  async #start(topics: readonly string[]): Promise<void> {
    try {
      await this.#consumer.connect();
      await this.#consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await this.#consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: CONCURRENT_PARTITIONS,
        eachBatch: (payload) => this.#events.batch(payload),
      });
    } catch (error) {
      if (!this.#ended) this.#events.crashed(error as Error, false);
    }
  }

  pause({ topic, partition }: TopicPartition): void {
    if (this.#active) this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  resume({ topic, partition }: TopicPartition): void {
    if (this.#active) this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  /** The next fetch of the partition begins here; what is on its way is dropped. */
  seek({ topic, partition }: TopicPartition, offset: bigint): void {
    if (this.#active) this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  /**
   * Stores an offset; false when the client took the call and did nothing, as it does when it is on its way out.
   * @throws what the client throws
   */
  async commit({ topic, partition }: TopicPartition, next: bigint): Promise<boolean> {
    if (!this.#active) return false;
    const key = `${topic}/${partition}`;
    this.#stored.delete(key);
    await this.#consumer.commitOffsets([{ topic, partition, offset: String(next) }]);
    return this.#stored.get(key) === next;
  }

  /** Leaves the group and gives the client up: nothing of it comes any more. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const leaving = this.#leave();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LEAVE_MS);
    });
    await Promise.race([leaving, late]);
    clearTimeout(timer);
    this.#active = false;
    this.#sockets.end();
  }

  async #leave(): Promise<void> {
    // A client that is told to stop while it joins goes on joining, and stays.
    await this.#starting;
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    try {
      await this.#consumer.disconnect();
    } catch (error) {
      this.#settings.logger.debug({ err: error }, 'a consumer did not disconnect in order');
    }
  }

  /** What has been told to stop while it restarted has to be told again, when it is about to go on. */
  #endAgain(): void {
    setImmediate(() => void this.#disconnect());
  }
}
