import { HeadroomError, messageOf as textOf } from '@headroom/contracts';
import { Partitioners, type Message, type Producer } from 'kafkajs';
import type { OutRecord } from '../log.port.js';
import { ClientSockets } from './client.sockets.js';
import { kafkaClient, RETRY } from './kafka.client.js';
import { closedError, logError, unknownTopic, withDeadline } from './kafka.errors.js';
import type { KafkaSettings } from './kafka.options.js';
import type { KafkaTopics } from './kafka.topics.js';
import { encodedSizeOf, messageOf } from './record.codec.js';

interface Append {
  records: readonly OutRecord[];
  /** Records of it that have been acknowledged. */
  sent: number;
  /** Milliseconds of the monotonic clock. */
  deadline: number;
  resolve: () => void;
  reject: (error: HeadroomError) => void;
}

/** Parts of appends that go out together. */
type Sending = { append: Append; records: readonly OutRecord[] }[];

interface Sender {
  producer: Producer;
  sockets: ClientSockets;
}

/** Bytes of one send over all its topics, so that memory stays bounded. */
const SEND_BYTES = 4_194_304;
const BATCH_FRAME_BYTES = 61;

/**
 * Appends records, one send at a time: sends that overlap are reordered by the client. What waits goes out together.
 *
 * After a send that was not acknowledged its producer is never used again: it would number the next records like those
 * of the lost send, and a broker that has written that one would drop the next as a duplicate, and acknowledge it.
 */
export class KafkaAppender {
  readonly #settings: KafkaSettings;
  readonly #topics: KafkaTopics;
  #waiting: Append[] = [];
  #running: Promise<void> | undefined;
  #sender: Sender | undefined;
  #closed = false;

  constructor(settings: KafkaSettings, topics: KafkaTopics) {
    this.#settings = settings;
    this.#topics = topics;
  }

  append(records: readonly OutRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(closedError());
    if (records.length === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.#settings.appendDeadlineMs;
      this.#waiting.push({ records, sent: 0, deadline, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    // What is appended in the same turn goes out together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const sending = await this.#take();
      if (sending.length > 0) await this.#send(sending);
    }
    this.#running = undefined;
  }

  /** The next appends that fit into one send; those that cannot be sent at all are rejected. */
  async #take(): Promise<Sending> {
    const sending: Sending = [];
    const left = new Map<string, number>();
    let total = SEND_BYTES;
    for (let append = this.#waiting[0]; append; append = this.#waiting[0]) {
      const limits = await this.#check(append);
      if (limits === undefined) {
        this.#waiting.shift();
        continue;
      }
      const rest = append.records.slice(append.sent);
      const fitting = fittingRecords(rest, limits, left, total);
      // An append is split only when it does not fit into a send of its own.
      if (fitting < rest.length && sending.length > 0) break;
      const records = rest.slice(0, Math.max(1, fitting));
      for (const record of records) {
        const size = encodedSizeOf(record);
        left.set(record.topic, (left.get(record.topic) ?? limits.get(record.topic)!) - size);
        total -= size;
      }
      sending.push({ append, records });
      if (records.length < rest.length) break;
      this.#waiting.shift();
    }
    return sending;
  }

  /** The room in a batch of each topic of an append; undefined when the append was rejected. */
  async #check(append: Append): Promise<Map<string, number> | undefined> {
    const limits = new Map<string, number>();
    try {
      for (const record of append.records) {
        if (limits.has(record.topic)) continue;
        const remaining = append.deadline - performance.now();
        limits.set(record.topic, await withDeadline(this.#roomOf(record.topic), remaining, 'describe a topic'));
      }
      for (const record of append.records) {
        checkSize(record, limits.get(record.topic)!);
        await this.#checkPartition(record);
      }
      return limits;
    } catch (error) {
      append.reject(appendError(error));
      return undefined;
    }
  }

  async #roomOf(topic: string): Promise<number> {
    if ((await this.#topics.partitionsOf(topic)) === undefined) throw unknownTopic(topic);
    return (await this.#topics.batchBytesOf(topic)) - BATCH_FRAME_BYTES;
  }

  /** One send holds what several callers append: what is refused later is refused for all of them. */
  async #checkPartition({ topic, partition }: OutRecord): Promise<void> {
    if (partition === undefined || partition < ((await this.#topics.partitionsOf(topic)) ?? 0)) return;
    if (partition < ((await this.#topics.existing()).get(topic) ?? 0)) return;
    throw unknownPartition(topic, partition);
  }

  async #send(sending: Sending): Promise<void> {
    const remaining = Math.min(...sending.map(({ append }) => append.deadline)) - performance.now();
    try {
      await withDeadline(this.#produce(sending), Math.max(0, remaining), 'append records');
    } catch (error) {
      this.#discard();
      await this.#failed(sending, appendError(error));
      return;
    }
    for (const { append, records } of sending) {
      append.sent += records.length;
      if (append.sent === append.records.length) append.resolve();
    }
  }

  async #failed(sending: Sending, error: HeadroomError): Promise<void> {
    if (!error.retryable) this.#topics.forget();
    if (!error.retryable && sending.length > 1) {
      // One of them was refused: each goes alone, so that only that one fails.
      for (const each of sending) await this.#send([each]);
      return;
    }
    for (const { append } of sending) {
      if (this.#waiting[0] === append) this.#waiting.shift();
      append.reject(error);
    }
  }

  async #produce(sending: Sending): Promise<void> {
    const records = sending.flatMap((each) => each.records);
    const unsent = await this.#sendBatch(records);
    if (unsent.length === 0) return;
    // The producer has not heard of partitions that were added; a new one has.
    const outdated = this.#sender;
    this.#sender = undefined;
    if (outdated) await this.#disconnect(outdated);
    const [left] = await this.#sendBatch(unsent);
    if (left) throw unknownPartition(left.topic, left.partition);
  }

  /** Gives back what the client has left out: it acknowledges records for partitions that it does not know. */
  async #sendBatch(records: readonly OutRecord[]): Promise<OutRecord[]> {
    const producer = await this.#connected();
    const topics = new Map<string, Message[]>();
    for (const record of records) {
      const messages = topics.get(record.topic) ?? [];
      messages.push(messageOf(record));
      topics.set(record.topic, messages);
    }
    const topicMessages = Array.from(topics, ([topic, messages]) => ({ topic: this.#topics.outer(topic), messages }));
    const answers = await producer.sendBatch({ acks: -1, topicMessages });
    const written = new Set(answers.map(({ topicName, partition }) => `${topicName}/${partition}`));
    return records.filter(
      ({ topic, partition }) => partition !== undefined && !written.has(`${this.#topics.outer(topic)}/${partition}`),
    );
  }

  async #connected(): Promise<Producer> {
    if (this.#sender) return this.#sender.producer;
    const sockets = new ClientSockets();
    const producer = kafkaClient(this.#settings, sockets).producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      metadataMaxAge: this.#settings.metadataMaxAgeMs,
      // The deadline of the append ends it: a broker may need long to lead partitions that were just made.
      retry: { ...RETRY, retries: RETRY.retries + Math.ceil(this.#settings.appendDeadlineMs / RETRY.maxRetryTime) },
    });
    this.#sender = { producer, sockets };
    await producer.connect();
    return producer;
  }

  #discard(): void {
    const sender = this.#sender;
    this.#sender = undefined;
    if (!sender) return;
    sender.sockets.end();
    void this.#disconnect(sender);
  }

  async #disconnect({ producer, sockets }: Sender): Promise<void> {
    try {
      await producer.disconnect();
    } catch (error) {
      this.#settings.logger.debug({ err: error }, 'a producer did not disconnect in order');
    } finally {
      sockets.end();
    }
  }

  /** Sends what waits, at the latest until its deadlines, and ends. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    const sender = this.#sender;
    this.#sender = undefined;
    if (sender) await this.#disconnect(sender);
  }
}

/** How many of the first records fit. */
function fittingRecords(
  records: readonly OutRecord[],
  limits: ReadonlyMap<string, number>,
  left: ReadonlyMap<string, number>,
  total: number,
): number {
  const room = new Map(limits);
  for (const [topic, bytes] of left) room.set(topic, bytes);
  let rest = total;
  for (const [index, record] of records.entries()) {
    const size = encodedSizeOf(record);
    const next = room.get(record.topic)! - size;
    rest -= size;
    if (next < 0 || rest < 0) return index;
    room.set(record.topic, next);
  }
  return records.length;
}

function checkSize(record: OutRecord, limit: number): void {
  const size = encodedSizeOf(record);
  if (size <= limit) return;
  const message = `A record of ${size} bytes is above the limit of ${record.topic}, ${limit} bytes; put large payloads in the blob store`;
  throw new HeadroomError(message, { code: 'HEADROOM_RECORD_TOO_LARGE', details: { size } });
}

function unknownPartition(topic: string, partition: number | undefined): HeadroomError {
  const message = `The topic ${topic} has no partition ${partition}; add partitions with ensureTopics, or leave it to the key`;
  return new HeadroomError(message, { code: 'HEADROOM_PARTITION_UNKNOWN' });
}

/** What an append is rejected with: whatever may pass by itself was not acknowledged. */
function appendError(error: unknown): HeadroomError {
  const failure = logError(error, 'append records');
  if (!failure.retryable) return failure;
  const message = `The log did not acknowledge the records: ${textOf(failure)}`;
  return new HeadroomError(message, { code: 'HEADROOM_LOG_NOT_ACKNOWLEDGED', retryable: true, cause: error });
}
