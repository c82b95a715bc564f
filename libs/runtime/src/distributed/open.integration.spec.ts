import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@headroom/platform';
import { kafkaForTests, LocalRedis, type TestKafka } from '@headroom/testing';
import { eventually, lookFor } from '../contract-suites/index.js';
import { openDistributed, type DistributedOptions } from './open.js';

const WITHIN_MS = 60_000;

lookFor(WITHIN_MS);

let kafka: TestKafka;
let redis: LocalRedis;
let dir: string;

beforeAll(async () => {
  kafka = await kafkaForTests();
  redis = await LocalRedis.start();
  dir = await mkdtemp(join(tmpdir(), 'headroom-distributed-'));
}, 120_000);

afterAll(async () => {
  await kafka.close();
  await redis.close();
  await rm(dir, { recursive: true });
});

function options(changes: Partial<DistributedOptions> = {}): DistributedOptions {
  const logger = createLogger({ level: 'silent' });
  return { bus: kafka.url, store: redis.url, blobsDir: join(dir, 'blobs'), logger, ...changes };
}

describe('what deployed processes share', () => {
  it('is opened together, and one process sees what another has written', async () => {
    const one = await openDistributed(options());
    const other = await openDistributed(options());

    await one.store.put('key', 'value');
    const ref = await one.blobs.put(Buffer.from('payload'), 'text/plain');

    expect(await other.store.get('key')).toBe('value');
    expect((await other.blobs.get(ref)).toString()).toBe('payload');
    await other.log.ping();
    await one.close();
    await other.close();
  });

  it('is refused with another payload folder, and both connections are let go', async () => {
    const first = await openDistributed(options());
    await first.close();

    await expect(openDistributed(options({ blobsDir: join(dir, 'other') }))).rejects.toMatchObject({
      code: 'HEADROOM_BLOBS_MISMATCH',
    });
  });

  it(
    'is waited for: what is away is told, and told again when it is there',
    async () => {
      await redis.stop();
      const told: [string, boolean][] = [];
      const opening = openDistributed(
        options({ onAway: (dependency, problem) => told.push([dependency, problem !== undefined]) }),
      );
      await eventually(() => expect(told).toContainEqual(['store', true]));
      await redis.start();

      const opened = await opening;
      expect(told).toContainEqual(['store', false]);
      expect(told.at(-1)).toEqual(['log', false]);
      await opened.close();
    },
    WITHIN_MS * 2,
  );

  it(
    'is waited for no longer than its caller wants',
    async () => {
      const stop = new AbortController();
      const away = options({
        bus: 'kafka://127.0.0.1:1',
        signal: stop.signal,
        onAway: (_what, problem) => problem && stop.abort(),
      });

      await expect(openDistributed(away)).rejects.toMatchObject({ name: 'AbortError' });
    },
    WITHIN_MS,
  );
});
