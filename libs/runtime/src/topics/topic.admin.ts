import type { TopicSpec } from '@headroom/contracts';
import type { Admin, IResourceConfigEntry } from 'kafkajs';
import { planTopics, settingsOf, type ExistingTopic, type TopicStep } from './topic.plan.js';

// Of the protocol; the client names them in its types only.
const TOPIC_RESOURCE = 2;
const TOPIC_CONFIG = 1;

/** Options of {@link TopicAdmin}. */
export interface TopicAdminOptions {
  /** Stands before every topic name on the log. @default '' */
  prefix?: string;
  /** Copies of each partition of a new topic; -1 takes the log's own default. @default -1 */
  replication?: number;
}

interface DescribedTopic extends ExistingTopic {
  /** Settings that were made for this topic alone: changing one replaces them all. */
  own: IResourceConfigEntry[];
}

/** The cluster behind a log. */
export interface ClusterFacts {
  clusterId: string;
  /** `host:port` of each broker. */
  brokers: string[];
}

/** Looks at and changes the topics of a Kafka cluster. The client is the caller's to connect and close. */
export class TopicAdmin {
  readonly #admin: Admin;
  readonly #prefix: string;
  readonly #replication: number;

  constructor(admin: Admin, options: TopicAdminOptions = {}) {
    this.#admin = admin;
    this.#prefix = options.prefix ?? '';
    this.#replication = options.replication ?? -1;
  }

  /** Id and brokers of the cluster. */
  async cluster(): Promise<ClusterFacts> {
    const { clusterId, brokers } = await this.#admin.describeCluster();
    return { clusterId, brokers: brokers.map(({ host, port }) => `${host}:${port}`) };
  }

  /** The topics under the prefix, sorted by name. Internal ones are left out. */
  async existing(): Promise<ExistingTopic[]> {
    const all = await this.#admin.listTopics();
    return this.#describe(all.filter((name) => name.startsWith(this.#prefix) && !name.startsWith('__')));
  }

  async #describe(names: readonly string[]): Promise<DescribedTopic[]> {
    if (names.length === 0) return [];
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [...names] });
    const resources = names.map((name) => ({ type: TOPIC_RESOURCE, name }));
    const described = await this.#admin.describeConfigs({ resources, includeSynonyms: false });
    const entries = new Map(described.resources.map((each) => [each.resourceName, each.configEntries]));
    return topics
      .map(({ name, partitions }) => {
        const found = (entries.get(name) ?? []).map((each) => ({
          name: each.configName,
          value: each.configValue,
          isOwn: each.configSource === TOPIC_CONFIG,
        }));
        return {
          name: name.slice(this.#prefix.length),
          partitions: partitions.length,
          settings: Object.fromEntries(found.map((each) => [each.name, each.value])),
          own: found.filter((each) => each.isOwn).map((each) => ({ name: each.name, value: each.value })),
        };
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** What the topics need to be as wanted. */
  async plan(wanted: readonly TopicSpec[]): Promise<TopicStep[]> {
    return planTopics(wanted, await this.existing());
  }

  /** Does what a plan says: new topics in one call, then each change. */
  async apply(steps: readonly TopicStep[]): Promise<void> {
    const created = steps.filter((step) => step.action === 'create');
    if (created.length > 0) await this.#create(created.map(({ spec }) => spec));
    for (const step of steps) if (step.action === 'change') await this.#change(step);
  }

  async #create(specs: readonly TopicSpec[]): Promise<void> {
    await this.#admin.createTopics({
      waitForLeaders: true,
      topics: specs.map((spec) => ({
        topic: this.#prefix + spec.name,
        numPartitions: spec.partitions,
        replicationFactor: this.#replication,
        configEntries: Object.entries(settingsOf(spec)).map(([name, value]) => ({ name, value })),
      })),
    });
  }

  async #change({ topic, partitions, settings }: Extract<TopicStep, { action: 'change' }>): Promise<void> {
    const name = this.#prefix + topic;
    if (partitions) {
      await this.#admin.createPartitions({ topicPartitions: [{ topic: name, count: partitions.to }] });
    }
    if (settings.length === 0) return;
    const [described] = await this.#describe([name]);
    const changed = new Map(settings.map(({ setting, to }) => [setting, to]));
    const kept = (described?.own ?? []).filter((each) => !changed.has(each.name));
    const configEntries = [...kept, ...[...changed].map(([setting, value]) => ({ name: setting, value }))];
    await this.#admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: TOPIC_RESOURCE, name, configEntries }],
    });
  }
}
