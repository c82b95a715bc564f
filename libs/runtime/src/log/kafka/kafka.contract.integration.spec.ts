import { afterAll, beforeAll, jest } from '@jest/globals';
import { appendWithJava, LocalKafka } from '@headroom/testing';
import { logContract, lookFor, runtimeContract } from '../../contract-suites/index.js';
import { openMemory } from '../../index.js';
import { KafkaLog } from './kafka.log.js';
import type { KafkaOptions } from './kafka.options.js';
import kafkajs from 'kafkajs';
import { compactNow } from '../../testing/kafka.fixtures.js';

const { Kafka, logLevel } = kafkajs;

jest.setTimeout(60_000);
lookFor(15_000);

let kafka: LocalKafka;

beforeAll(async () => {
  kafka = await LocalKafka.start({ proxied: true });
});

afterAll(() => kafka.close());

function options(changes: Partial<KafkaOptions> = {}): KafkaOptions {
  return { brokers: kafka.brokers, sessionTimeoutMs: 6_000, fetchWaitMs: 50, metadataMaxAgeMs: 500, ...changes };
}

async function dropRecords(topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
  } finally {
    await admin.disconnect();
  }
}

logContract('Kafka', async () => {
  const open = () => KafkaLog.open(options({ brokers: kafka.proxiedBrokers, appendDeadlineMs: 2_000 }));
  let log = await open();
  return {
    log,
    restart: async () => {
      await log.close();
      log = await open();
      return log;
    },
    stall: async () => {
      kafka.proxy.dropRequests();
      return async () => {
        kafka.proxy.pass();
        kafka.proxy.cut();
      };
    },
    compact: (topic) => compactNow(kafka, log, topic),
    close: () => log.close(),
  };
});

runtimeContract('Kafka, with the embedded store', async () => {
  const parts = await openMemory();
  let log = await KafkaLog.open(options());
  return {
    log,
    store: parts.store,
    trim: (topic) => dropRecords(topic),
    appendForeign: async (record) => void (await appendWithJava(kafka.brokers, record)),
    restart: async () => {
      await log.close();
      log = await KafkaLog.open(options());
      return { log, store: parts.store };
    },
    close: async () => {
      await log.close();
      await parts.close();
    },
  };
});
