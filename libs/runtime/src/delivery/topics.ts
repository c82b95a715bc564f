import { deadLetterTopic, type EventContract } from '@headroom/contracts';
import type { TopicSpec } from '../log/log.port.js';
import { redriveTopic } from './dead-letter.js';
import type { AnyContract } from './subscription.js';

/** Room for the headers that say why a record is a dead letter. Bytes. */
const DEAD_LETTER_HEADER_BYTES = 65_536;

/** The topic of a contract. */
export function topicSpecOf(contract: AnyContract | EventContract): TopicSpec {
  const { topic: name, partitions, cleanupPolicy, retentionMs, maxMessageBytes } = contract;
  return { name, partitions, cleanupPolicy, retentionMs, maxMessageBytes };
}

/** Topics that a group needs for its contracts: their own, and for each one dead letters and redrive. */
export function groupTopicSpecs(contracts: readonly (AnyContract | EventContract)[], group: string): TopicSpec[] {
  return contracts.flatMap((contract): TopicSpec[] => {
    const own = topicSpecOf(contract);
    const beside = { ...own, cleanupPolicy: 'delete', retentionMs: -1 } satisfies TopicSpec;
    const maxMessageBytes = own.maxMessageBytes + DEAD_LETTER_HEADER_BYTES;
    return [
      own,
      { ...beside, name: deadLetterTopic(own.name, group), maxMessageBytes },
      { ...beside, name: redriveTopic(own.name, group), maxMessageBytes },
    ];
  });
}
