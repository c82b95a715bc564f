import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@headroom/platform';
import { LocalKafka, redisForTests, type TestRedis } from '@headroom/testing';
import { Registry } from 'prom-client';
import { eventually, lookFor } from '../contract-suites/index.js';
import { finding, labelOf, latch, uniqueContract, uniqueName } from '../contract-suites/fixtures.js';
import { RedisStore, Runtime } from '../index.js';
import { KafkaLog } from '../log/kafka/kafka.log.js';

jest.setTimeout(180_000);
lookFor(60_000);

let kafka: LocalKafka;
let redis: TestRedis;
let log: KafkaLog;
let store: RedisStore;
let runtime: Runtime;
let said: string[];

beforeAll(async () => {
  redis = await redisForTests();
});

afterAll(() => redis.close());

/** Collects what is said about dependencies. */
function listeningLogger(): Logger {
  const note = (facts: unknown, message?: string): void => {
    const { dependency } = facts as { dependency?: string };
    if (dependency !== undefined) said.push(`${dependency}: ${message}`);
  };
  const logger = { debug: note, info: note, warn: note, error: note, child: () => logger };
  return logger as unknown as Logger;
}

beforeEach(async () => {
  said = [];
  kafka = await LocalKafka.start();
  log = await KafkaLog.open({
    brokers: kafka.brokers,
    sessionTimeoutMs: 6_000,
    fetchWaitMs: 50,
    appendDeadlineMs: 2_000,
  });
  store = await RedisStore.open(redis.url, { prefix: redis.prefix });
});

afterEach(async () => {
  await runtime.close();
  await log.close();
  await store.close();
  await kafka.close();
});

describe('a runtime whose Kafka goes away', () => {
  const registry = new Registry();
  const contract = uniqueContract({ partitions: 4 });
  const publish = (label: string) => runtime.publisher.publish(contract, finding(label, label));
  const newRuntime = () => new Runtime({ group: uniqueName('suite'), log, store, logger: listeningLogger(), registry });

  it('waits, burns no attempt, says so once, and does everything once when it is back', async () => {
    const output = uniqueContract();
    await log.ensureTopics([{ ...output, name: output.topic }]);
    const away = latch();
    const finished: string[] = [];
    const attempts: number[] = [];
    runtime = newRuntime();
    runtime.subscribe({
      contract,
      handler: async (event, context) => {
        attempts.push(context.deliveryAttempt);
        if (labelOf(event) === 'across') await away.opened;
        await context.publish(output, event.data, { step: 'out' });
        finished.push(labelOf(event));
      },
    });
    await runtime.start();
    await publish('before');
    await publish('across');
    await eventually(() => expect(attempts).toHaveLength(2));

    await kafka.stop();
    await eventually(() => expect(runtime.problems.has('log')).toBe(true));
    away.open();
    expect(await registry.metrics()).not.toMatch(/^headroom_lag_records\{/m);
    await expect(publish('refused')).rejects.toMatchObject({ retryable: true });
    await kafka.start();

    await eventually(() => publish('after'));
    await eventually(() => expect(new Set(finished)).toEqual(new Set(['before', 'across', 'after'])));
    await eventually(() => expect(runtime.ready).toBe(true));
    await eventually(async () => {
      const lags = await log.lag(runtime.group);
      expect(lags.reduce((sum, { lag }) => sum + lag, 0n)).toBe(0n);
    });
    expect(attempts.every((attempt) => attempt === 1)).toBe(true);
    expect(said).toEqual(['log: dependency away', 'log: dependency back']);
  });

  it('starts before its Kafka', async () => {
    const handled: string[] = [];
    runtime = newRuntime();
    runtime.subscribe({ contract, handler: (event) => void handled.push(labelOf(event)) });
    await kafka.stop();

    const started = runtime.start();
    await eventually(() => expect(runtime.problems.has('log')).toBe(true));
    expect(runtime.status).toBe('RUNNING');
    await kafka.start();

    await started;
    await publish('first');
    await eventually(() => expect(handled).toEqual(['first']));
  });

  it('stops while its Kafka is away', async () => {
    runtime = newRuntime();
    runtime.subscribe({ contract, handler: () => undefined });
    await runtime.start();
    await publish('done');
    await kafka.stop();
    await eventually(() => expect(runtime.problems.has('log')).toBe(true));

    await runtime.close();

    expect(runtime.status).toBe('STOPPED');
  });
});
