import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@headroom/platform';
import { LocalRedis, redisForTests, type TestRedis } from '@headroom/testing';
import { Registry } from 'prom-client';
import { eventually, lookFor, runtimeContract } from '../contract-suites/index.js';
import { finding, labelOf, latch, uniqueContract } from '../contract-suites/fixtures.js';
import { getStreamState, openMemory, RedisStore, Runtime, type EmbeddedParts } from '../index.js';

let shared: TestRedis;

beforeAll(async () => {
  shared = await redisForTests();
}, 60_000);

afterAll(() => shared.close());

runtimeContract('embedded log, Redis', async () => {
  const parts = await openMemory();
  let store = await RedisStore.open(shared.url, { prefix: shared.prefix });
  return {
    log: parts.log,
    store,
    restart: async () => {
      await store.close();
      store = await RedisStore.open(shared.url, { prefix: shared.prefix });
      return { log: parts.log, store };
    },
    close: async () => {
      await store.close();
      await parts.close();
    },
  };
});

describe('a runtime whose Redis goes away', () => {
  jest.setTimeout(60_000);
  lookFor(20_000);
  const contract = uniqueContract({ partitions: 2 });
  let redis: LocalRedis;
  let parts: EmbeddedParts;
  let store: RedisStore;
  let runtime: Runtime;
  const registry = new Registry();

  beforeEach(async () => {
    redis = await LocalRedis.start();
    parts = await openMemory();
    store = await RedisStore.open(redis.url);
    runtime = new Runtime({
      group: 'suite',
      log: parts.log,
      store,
      logger: createLogger({ level: 'silent' }),
      registry,
    });
  });

  afterEach(async () => {
    await runtime.close();
    await store.close();
    await parts.close();
    await redis.close();
  });

  const publish = (label: string) => runtime.publisher.publish(contract, finding(label, label));
  const behind = async () => (await parts.log.lag('suite')).reduce((sum, each) => sum + each.lag, 0n);

  it('finishes the running task once when it is back, and takes the waiting ones then', async () => {
    const goOn = latch();
    const runs: string[] = [];
    runtime.subscribe({
      contract,
      handler: async (event, context) => {
        runs.push(`${labelOf(event)} ${context.deliveryAttempt}`);
        if (labelOf(event) === 'running') await goOn.opened;
      },
    });
    await runtime.start();
    await publish('running');
    await eventually(() => expect(runs).toEqual(['running 1']));

    await redis.kill();
    await publish('waiting');
    goOn.open();
    await eventually(() => expect(runtime.problems.get('store')).toContain('is away'));
    expect(await registry.metrics()).not.toContain('headroom_deliveries_parked{');
    await redis.start();

    await eventually(async () => expect(await behind()).toBe(0n));
    expect(runs).toEqual(['running 1', 'waiting 1']);
    await eventually(() => expect(runtime.ready).toBe(true));
    expect(await registry.metrics()).toContain('headroom_deliveries_parked{group="suite"} 0');
  });

  it('folds every event of a stream once over three kills', async () => {
    runtime.subscribeStream({
      contracts: [contract],
      maxBatch: 5,
      handler: async (batch, context) => {
        for (const { event } of batch) {
          const name = labelOf(event);
          context.put(name, ((await context.get<number>(name)) ?? 0) + 1);
        }
      },
    });
    await runtime.start();
    const labels: string[] = [];

    for (let round = 0; round < 3; round += 1) {
      const more = Array.from({ length: 100 }, (_, index) => `event-${round}-${index}`);
      labels.push(...more);
      const before = await parts.log.lag('suite');
      for (const label of more) await publish(label);
      // Some of them are stored, most are not: the kill falls between.
      await eventually(async () => expect(await parts.log.lag('suite')).not.toEqual(before));
      await redis.kill();
      await redis.start();
    }

    await eventually(async () => expect(await behind()).toBe(0n));
    const counts = await Promise.all(labels.map((label) => getStreamState<number>(store, 'suite', label)));
    expect(counts).toEqual(labels.map(() => 1));
  });

  it('starts before its Redis', async () => {
    await redis.stop();
    const early = await RedisStore.open(redis.url);
    const waiting = new Runtime({
      group: 'early',
      log: parts.log,
      store: early,
      logger: createLogger({ level: 'silent' }),
    });
    const handled: string[] = [];
    waiting.subscribe({ contract, handler: (event) => void handled.push(labelOf(event)) });
    await waiting.start();
    await publish('first');
    expect(waiting.problems.get('store')).toContain('ECONNREFUSED');

    await redis.start();

    await eventually(() => expect(handled).toEqual(['first']));
    await eventually(() => expect(waiting.ready).toBe(true));
    await waiting.close();
    await early.close();
  });
});
