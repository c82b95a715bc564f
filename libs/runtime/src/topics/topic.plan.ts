import type { TopicSpec } from '@headroom/contracts';

/** A topic as the log has it. */
export interface ExistingTopic {
  name: string;
  partitions: number;
  /** Settings in force, by name, as the log writes them. */
  settings: Readonly<Record<string, string>>;
}

/** One setting that differs. */
export interface SettingChange {
  setting: string;
  from: string | undefined;
  to: string;
}

/** What one topic needs to be as its contract says. */
export type TopicStep =
  | { topic: string; action: 'keep' }
  | { topic: string; action: 'create'; spec: TopicSpec }
  | {
      topic: string;
      action: 'change';
      spec: TopicSpec;
      /** More partitions than now; absent when there are enough. A topic with more than it needs keeps them. */
      partitions?: { from: number; to: number };
      settings: readonly SettingChange[];
    };

/** The settings of a topic, by the names that Kafka gives them. */
export function settingsOf(spec: TopicSpec): Record<string, string> {
  return {
    'cleanup.policy': spec.cleanupPolicy,
    'retention.ms': String(spec.retentionMs),
    'max.message.bytes': String(spec.maxMessageBytes),
  };
}

function stepOf(spec: TopicSpec, existing: ExistingTopic | undefined): TopicStep {
  const topic = spec.name;
  if (!existing) return { topic, action: 'create', spec };
  const settings = Object.entries(settingsOf(spec))
    .map(([setting, to]) => ({ setting, from: existing.settings[setting], to }))
    .filter(({ from, to }) => from !== to);
  const grows = existing.partitions < spec.partitions;
  if (!grows && settings.length === 0) return { topic, action: 'keep' };
  const partitions = grows ? { partitions: { from: existing.partitions, to: spec.partitions } } : {};
  return { topic, action: 'change', spec, ...partitions, settings };
}

/** What has to be done so that the topics are there as their contracts say. Nothing is ever removed or shrunk. */
export function planTopics(wanted: readonly TopicSpec[], existing: readonly ExistingTopic[]): TopicStep[] {
  const byName = new Map(existing.map((topic) => [topic.name, topic]));
  return wanted.map((spec) => stepOf(spec, byName.get(spec.name)));
}
