import type { LocalKafka } from '@headroom/testing';
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { eventually } from '../contract-suites/index.js';
import type { LogReader } from '../log/log.port.js';

/** A client of its own, beside the code under test. */
export function plainKafka(brokers: readonly string[]): Kafka {
  return new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 5 } });
}

/** Runs something with an administration of its own. */
export async function withAdmin<Result>(kafka: LocalKafka, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = plainKafka(kafka.brokers).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/**
 * Lets the broker compact a topic of one partition. It never compacts the segment that is written to: an aborted
 * transaction, which readers do not see, begins another.
 */
export async function compactNow(kafka: LocalKafka, log: LogReader, topic: string): Promise<void> {
  const first = (await log.read({ topic, partition: 0 }, 0n, 1))[0]?.offset;
  await withAdmin(kafka, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: topic,
          configEntries: [
            { name: 'cleanup.policy', value: 'compact' },
            { name: 'segment.ms', value: '1' },
            { name: 'min.cleanable.dirty.ratio', value: '0.0' },
          ],
        },
      ],
    }),
  );
  const producer = plainKafka(kafka.brokers).producer({
    transactionalId: topic,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: 'none', value: 'aborted' }] });
  await transaction.abort();
  await producer.disconnect();
  await eventually(async () => {
    const [record] = await log.read({ topic, partition: 0 }, 0n, 1);
    if (record?.offset === first) throw new Error('the topic is not compacted yet');
  });
}
