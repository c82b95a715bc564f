import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { TopicSpec } from '@headroom/contracts';
import { LocalKafka } from '@headroom/testing';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { TopicAdmin } from './topic.admin.js';

let kafka: LocalKafka;
let admin: Admin;

beforeAll(async () => {
  kafka = await LocalKafka.start();
  admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
}, 120_000);

afterAll(async () => {
  await admin.disconnect();
  await kafka.close();
});

function spec(changes: Partial<TopicSpec> = {}): TopicSpec {
  const base = { name: 'finding', partitions: 2, cleanupPolicy: 'delete', retentionMs: 60_000 } as const;
  return { ...base, maxMessageBytes: 100_000, ...changes };
}

describe('the topics of a cluster', () => {
  it('are made as their contracts say, and then need nothing more', async () => {
    const topics = new TopicAdmin(admin, { prefix: `t-${randomUUID().slice(0, 8)}.` });
    const wanted = [spec(), spec({ name: 'state', cleanupPolicy: 'compact', retentionMs: -1 })];

    await topics.apply(await topics.plan(wanted));

    expect((await topics.plan(wanted)).map(({ action }) => action)).toEqual(['keep', 'keep']);
    expect(await topics.existing()).toMatchObject([
      { name: 'finding', partitions: 2, settings: { 'retention.ms': '60000', 'max.message.bytes': '100000' } },
      { name: 'state', partitions: 2, settings: { 'cleanup.policy': 'compact' } },
    ]);
  });

  it('grow and take new settings, and keep those that somebody else has made', async () => {
    const prefix = `t-${randomUUID().slice(0, 8)}.`;
    const topics = new TopicAdmin(admin, { prefix });
    const configEntries = [{ name: 'min.insync.replicas', value: '1' }];
    await admin.createTopics({ topics: [{ topic: `${prefix}finding`, numPartitions: 1, configEntries }] });

    await topics.apply(await topics.plan([spec()]));

    const [found] = await topics.existing();
    expect(found).toMatchObject({ partitions: 2, settings: { 'max.message.bytes': '100000' } });
    const [own] = (
      await admin.describeConfigs({ resources: [{ type: 2, name: `${prefix}finding` }], includeSynonyms: false })
    ).resources;
    const source = own?.configEntries.find(({ configName }) => configName === 'min.insync.replicas')?.configSource;
    expect(source).toBe(1);
  });

  it('tell of which cluster they are', async () => {
    const { clusterId, brokers } = await new TopicAdmin(admin).cluster();

    expect(clusterId).toBe(kafka.clusterId);
    expect(brokers).toHaveLength(kafka.brokers.length);
  });
});
