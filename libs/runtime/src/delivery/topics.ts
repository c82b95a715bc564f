import { topicOf, topicsOfGroup, type EventContract, type TopicSpec } from '@headroom/contracts';
import type { AnyContract } from './subscription.js';

/** Topics that a group needs for its contracts: their own, and for each one dead letters and redrive. */
export function groupTopicSpecs(contracts: readonly (AnyContract | EventContract)[], group: string): TopicSpec[] {
  return contracts.flatMap((contract) => [topicOf(contract), ...topicsOfGroup(contract, group)]);
}
