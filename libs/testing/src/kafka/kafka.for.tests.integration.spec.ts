import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaForTests } from './kafka.for.tests.js';
import { LocalKafka } from './local.kafka.js';

jest.setTimeout(120_000);

const given = process.env['KAFKA_BROKERS'];

afterEach(() => {
  if (given === undefined) delete process.env['KAFKA_BROKERS'];
  else process.env['KAFKA_BROKERS'] = given;
});

describe('kafkaForTests', () => {
  it('removes only its own topics and groups from brokers that were given', async () => {
    const local = await LocalKafka.start();
    process.env['KAFKA_BROKERS'] = local.brokers.join(',');
    const admin = new Kafka({ brokers: [...local.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    try {
      const kafka = await kafkaForTests();
      await admin.createTopics({
        topics: [{ topic: `${kafka.prefix}mine` }, { topic: 'other' }],
        waitForLeaders: true,
      });
      for (const groupId of [`${kafka.prefix}group`, 'other-group']) {
        await admin.setOffsets({ groupId, topic: 'other', partitions: [{ partition: 0, offset: '0' }] });
      }

      await kafka.close();

      expect(kafka).toMatchObject({ how: 'KAFKA_BROKERS', clusterId: local.clusterId, brokers: local.brokers });
      expect(kafka.url).toBe(`${local.url}?prefix=${kafka.prefix}`);
      expect(await admin.listTopics()).toContain('other');
      expect(await admin.listTopics()).not.toContain(`${kafka.prefix}mine`);
      const { groups } = await admin.listGroups();
      expect(groups.map(({ groupId }) => groupId)).toEqual(['other-group']);
    } finally {
      await admin.disconnect();
      await local.close();
    }
  });
});
