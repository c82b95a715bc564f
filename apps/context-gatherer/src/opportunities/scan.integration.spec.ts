import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { opportunityState, signalRaised } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { FolderBlobs, KafkaLog, parseKafkaUrl, RedisStore } from '@headroom/runtime';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { kafkaForTests, redisForTests, type TestKafka, type TestRedis } from '@headroom/testing';
import { FIXED, ScanWorld, SUBJECT } from '../testing/scan.world.js';

lookFor(60_000);

const logger = createLogger({ level: 'silent' });
const automatic = { skills: ['regex-precompile'], minimumSaving: 0.0001 };

describe('two context-gatherers that look for opportunities, on Kafka and Redis', () => {
  let kafka: TestKafka;
  let redis: TestRedis;
  let blobsDir: string;
  let log: KafkaLog;
  let store: RedisStore;
  let world: ScanWorld;

  beforeAll(async () => {
    kafka = await kafkaForTests();
    redis = await redisForTests();
    blobsDir = await mkdtemp(join(tmpdir(), 'headroom-blobs-'));
    log = await KafkaLog.open({ ...parseKafkaUrl(kafka.url), logger });
    store = await RedisStore.open(redis.url, { prefix: redis.prefix });
    world = await ScanWorld.open({ log, store, blobs: new FolderBlobs(blobsDir) });
    await world.profile();
  }, 180_000);
  afterAll(async () => {
    await world.close();
    await log.close();
    await store.close();
    await kafka.close();
    await redis.close();
    await rm(blobsDir, { recursive: true, force: true });
  }, 60_000);

  it('tell the catalogue once between them, ask once, and answer a request to look again', async () => {
    const [first] = await Promise.all([world.start({ automatic }, 10_000), world.start({ automatic }, 10_000)]);

    await eventually(async () => expect(await world.events(signalRaised)).not.toEqual([]));
    await world.commit({ 'src/words.mjs': FIXED });
    await world.ask(first);
    await eventually(async () => expect((await world.states(opportunityState)).at(-1)?.status).toBe('gone'));

    const states = await world.states(opportunityState);
    expect(states.map(({ status, found }) => [status, found?.subject])).toEqual([
      ['found', SUBJECT],
      ['gone', undefined],
    ]);
    const signals = await world.events(signalRaised);
    expect(new Set(signals.map(({ id }) => id)).size).toBe(1);
  }, 180_000);
});
