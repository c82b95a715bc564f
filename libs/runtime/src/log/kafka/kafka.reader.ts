import type { KafkaMessage } from 'kafkajs';
import { AssignerProtocol } from 'kafkajs';
import type { LogRecord, PartitionLag, TopicPartition } from '../log.port.js';
import type { AdminConnection, KafkaAdmin } from './kafka.admin.js';
import type { KafkaSettings } from './kafka.options.js';
import type { KafkaTopics } from './kafka.topics.js';
import { brokerErrorType } from './kafka.errors.js';
import { recordOf } from './record.codec.js';

/** First and next offset of a partition. */
interface Bounds {
  low: bigint;
  high: bigint;
}

type FetchedMessage = KafkaMessage & { isControlRecord?: boolean };

/** What the broker answers to a fetch; the typings of the client leave it open. */
interface FetchAnswer {
  responses: { partitions: { messages: FetchedMessage[] }[] }[];
}

const FETCH_BYTES = 1_048_576;
const FETCH_WAIT_MS = 100;

/** Reads records and offsets without being a member of a group; nothing is left behind on the cluster. */
export class KafkaReader {
  readonly #settings: KafkaSettings;
  readonly #admin: KafkaAdmin;
  readonly #topics: KafkaTopics;

  constructor(settings: KafkaSettings, admin: KafkaAdmin, topics: KafkaTopics) {
    this.#settings = settings;
    this.#admin = admin;
    this.#topics = topics;
  }

  /** Up to `limit` records from an offset on; what has been deleted below is passed over, as are gaps. */
  async read(tp: TopicPartition, from: bigint, limit: number): Promise<LogRecord[]> {
    const count = (await this.#topics.existing()).get(tp.topic);
    if (count === undefined || tp.partition < 0 || tp.partition >= count) return [];
    const bounds = (await this.#bounds([tp.topic])).get(keyOf(tp));
    if (!bounds) return [];
    const records: LogRecord[] = [];
    let next = from < bounds.low ? bounds.low : from;
    while (records.length < limit && next < bounds.high) {
      const messages = await this.#fetch(tp, next);
      // Deleted since the bounds were asked for: it goes on where the partition begins now.
      if (messages === undefined) return [...records, ...(await this.read(tp, next, limit - records.length))];
      for (const message of messages) {
        const offset = BigInt(message.offset);
        // A fetch begins with the batch that holds the offset, and batches may hold what no reader sees.
        if (offset < next || message.isControlRecord || records.length >= limit) continue;
        records.push(recordOf(tp.topic, tp.partition, message));
      }
      const last = messages.at(-1);
      const after = last ? BigInt(last.offset) + 1n : next + 1n;
      next = after > next ? after : next + 1n;
    }
    return records;
  }

  /** Undefined when the offset is not in the partition any more. */
  async #fetch({ topic, partition }: TopicPartition, offset: bigint): Promise<FetchedMessage[] | undefined> {
    const outer = this.#topics.outer(topic);
    return this.#admin.ask('read records', async ({ cluster }) => {
      await cluster.addMultipleTargetTopics([outer]);
      const [nodeId] = Object.keys(cluster.findLeaderForPartitions(outer, [partition]));
      // No records is an answer that `read` passes over an offset for.
      if (nodeId === undefined) throw new Error(`the leader of ${keyOf({ topic, partition })} is not known`);
      const broker = await cluster.findBroker({ nodeId });
      const partitions = [{ partition, fetchOffset: String(offset), maxBytes: FETCH_BYTES }];
      const topics = [{ topic: outer, partitions }];
      try {
        const answer = (await broker.fetch({ isolationLevel: 1, maxWaitTime: FETCH_WAIT_MS, topics })) as FetchAnswer;
        return answer.responses[0]?.partitions[0]?.messages ?? [];
      } catch (error) {
        if (brokerErrorType(error) === 'OFFSET_OUT_OF_RANGE') return undefined;
        throw error;
      }
    });
  }

  /** First and next offsets of all partitions of topics that exist. */
  async #bounds(topics: readonly string[]): Promise<Map<string, Bounds>> {
    if (topics.length === 0) return new Map();
    const outer = topics.map((topic) => this.#topics.outer(topic));
    const [low, high] = await this.#admin.ask('say where partitions begin and end', async ({ cluster }) => {
      await cluster.addMultipleTargetTopics(outer);
      // The leaders of a connection that has been idle may have moved.
      await cluster.refreshMetadata();
      const wanted = outer.map((topic) => ({
        topic,
        partitions: cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId })),
      }));
      return Promise.all([
        cluster.fetchTopicsOffset(wanted.map((each) => ({ ...each, fromBeginning: true }))),
        cluster.fetchTopicsOffset(wanted.map((each) => ({ ...each, fromBeginning: false }))),
      ]);
    });
    const starts = offsetsOf(low, this.#topics);
    return new Map(
      Array.from(offsetsOf(high, this.#topics), ([key, end]) => [key, { low: starts.get(key) ?? 0n, high: end }]),
    );
  }

  /** The lag of a group on every partition of the topics that its members have joined, and on those it has committed. */
  async lag(group: string, joined: readonly string[]): Promise<PartitionLag[]> {
    const { committed, topics } = await this.#groupState(`${this.#settings.prefix}${group}`);
    const existing = await this.#topics.existing();
    const subscribed = new Set([...joined, ...topics]);
    const wanted = new Set([...subscribed, ...Array.from(committed.keys(), topicOfKey)]);
    const bounds = await this.#bounds([...wanted].filter((topic) => existing.has(topic)).sort());
    const lags: PartitionLag[] = [];
    for (const [key, { low, high }] of bounds) {
      const topic = topicOfKey(key);
      const next = committed.get(key);
      if (next === undefined && !subscribed.has(topic)) continue;
      const from = next === undefined || next < low ? low : next;
      const lag = high > from ? high - from : 0n;
      lags.push({ topic, partition: Number(key.slice(topic.length + 1)), committed: next, end: high, lag });
    }
    return lags.sort((a, b) => (a.topic < b.topic ? -1 : Number(a.topic > b.topic)) || a.partition - b.partition);
  }

  async #groupState(groupId: string): Promise<{ committed: Map<string, bigint>; topics: string[] }> {
    return this.#admin.ask('say how far a group is', async ({ admin }) => {
      const offsets = await admin.fetchOffsets({ groupId });
      return { committed: offsetsOf(offsets, this.#topics), topics: await this.#subscriptions(admin, groupId) };
    });
  }

  async #subscriptions(admin: AdminConnection['admin'], groupId: string): Promise<string[]> {
    const { groups } = await admin.describeGroups([groupId]);
    return (
      groups
        .flatMap((group) => group.members)
        // While a group joins, its broker tells nothing of its members.
        .filter((member) => member.memberMetadata.length > 0)
        .flatMap((member) => AssignerProtocol.MemberMetadata.decode(member.memberMetadata)?.topics ?? [])
        .map((topic) => this.#topics.inner(topic))
        .filter((topic) => topic !== undefined)
    );
  }

  /** Committed offset of a group on one partition; undefined when there is none. */
  async committed(group: string, tp: TopicPartition): Promise<bigint | undefined> {
    const groupId = `${this.#settings.prefix}${group}`;
    const topics = [this.#topics.outer(tp.topic)];
    const offsets = await this.#admin.ask('say how far a group is', ({ admin }) =>
      admin.fetchOffsets({ groupId, topics }),
    );
    return offsetsOf(offsets, this.#topics).get(keyOf(tp));
  }
}

function keyOf(tp: TopicPartition): string {
  return `${tp.topic}/${tp.partition}`;
}

function topicOfKey(key: string): string {
  return key.slice(0, key.lastIndexOf('/'));
}

/** Offsets by partition. A negative one stands for a place, not a record: nothing has been committed there. */
function offsetsOf(
  answer: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[],
  topics: KafkaTopics,
): Map<string, bigint> {
  const offsets = new Map<string, bigint>();
  for (const { topic, partitions } of answer) {
    const name = topics.inner(topic);
    if (name === undefined) continue;
    for (const { partition, offset } of partitions) {
      if (BigInt(offset) >= 0n) offsets.set(keyOf({ topic: name, partition }), BigInt(offset));
    }
  }
  return offsets;
}
