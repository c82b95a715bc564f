import type { EventContract } from './contract.js';
import { contracts } from './registry.js';

/** A topic as a log has to keep it. */
export interface TopicSpec {
  /** Lower case, dots only. */
  name: string;
  /** Number of partitions; an existing topic may grow, never shrink. */
  partitions: number;
  /** `delete` drops old records, `compact` keeps the newest record of each key. */
  cleanupPolicy: 'delete' | 'compact';
  /** Milliseconds a record is kept; -1 keeps it for good. */
  retentionMs: number;
  /** Largest record (key, value and headers), bytes. */
  maxMessageBytes: number;
}

/** Room for the headers that say why a record is a dead letter. Bytes. */
const DEAD_LETTER_HEADER_BYTES = 65_536;

/** Name of the topic that holds what one consumer group could not handle. */
export function deadLetterTopic(topic: string, group: string): string {
  return `${topic}.${group}.dlq`;
}

/** Name of the topic by which dead letters of one consumer group come back. */
export function redriveTopic(topic: string, group: string): string {
  return `${topic}.${group}.redrive`;
}

/** Consumer groups of a contract; teams subscribe under groups of their own. */
export function groupsOf(contract: Pick<EventContract, 'consumers'>): string[] {
  return contract.consumers.filter((consumer) => consumer !== 'teams');
}

/** What a topic is made of. */
type TopicFields = Pick<EventContract, 'topic' | 'partitions' | 'cleanupPolicy' | 'retentionMs' | 'maxMessageBytes'>;

/** The topic of a contract. */
export function topicOf({
  topic: name,
  partitions,
  cleanupPolicy,
  retentionMs,
  maxMessageBytes,
}: TopicFields): TopicSpec {
  return { name, partitions, cleanupPolicy, retentionMs, maxMessageBytes };
}

/** The topics beside a contract's own that one of its groups needs: dead letters, and the way back. */
export function topicsOfGroup(contract: TopicFields, group: string): TopicSpec[] {
  return [deadLetterTopic(contract.topic, group), redriveTopic(contract.topic, group)].map((name) => ({
    name,
    partitions: contract.partitions,
    cleanupPolicy: 'delete',
    retentionMs: -1,
    maxMessageBytes: contract.maxMessageBytes + DEAD_LETTER_HEADER_BYTES,
  }));
}

/** Every topic of Headroom. */
export function allTopics(): TopicSpec[] {
  return contracts.flatMap((contract) => [
    topicOf(contract),
    ...groupsOf(contract).flatMap((group) => topicsOfGroup(contract, group)),
  ]);
}
