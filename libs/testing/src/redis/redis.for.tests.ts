import { randomUUID } from 'node:crypto';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { Redis } from 'ioredis';
import { LocalRedis } from './local.redis.js';

/** A Redis that tests may use. */
export interface TestRedis {
  url: string;
  /** Where it came from. */
  how: 'REDIS_URL' | 'container' | 'redis-server';
  version: string;
  /** For the keys of this caller alone. */
  prefix: string;
  /** Removes the caller's keys; stops the server if this call started it. */
  close(): Promise<void>;
}

const IMAGE = 'redis:7.4-alpine';

/** What to do when there is no Redis, one sentence. */
const REDIS_ADVICE =
  'There is no Redis for tests: give the address of one in REDIS_URL, or start a container engine, or install redis-server (on Debian: apt-get install redis-server).';

/**
 * A Redis for tests: the one that `REDIS_URL` names, else a container, else the installed `redis-server`.
 * @throws HeadroomError `HEADROOM_TEST_REDIS_MISSING` when there is none
 */
export async function redisForTests(): Promise<TestRedis> {
  const prefix = `test-${randomUUID().slice(0, 8)}:`;
  const given = process.env['REDIS_URL'];
  if (given) return serving('REDIS_URL', given, prefix, () => Promise.resolve());
  const container = await containerRedis();
  if (container) return serving('container', container.url, prefix, container.stop);
  if (LocalRedis.version() === undefined) {
    throw new HeadroomError(REDIS_ADVICE, { code: 'HEADROOM_TEST_REDIS_MISSING' });
  }
  const local = await LocalRedis.start();
  return serving('redis-server', local.url, prefix, () => local.close());
}

async function serving(
  how: TestRedis['how'],
  url: string,
  prefix: string,
  stop: () => Promise<void>,
): Promise<TestRedis> {
  const version = await versionOf(url).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  const close = async (): Promise<void> => {
    if (how === 'REDIS_URL') await withClient(url, (redis) => removeKeys(redis, prefix));
    await stop();
  };
  return { url, how, version: version ?? 'unknown', prefix, close };
}

function versionOf(url: string): Promise<string | undefined> {
  return withClient(url, async (redis) => /redis_version:(\S+)/.exec(await redis.info('server'))?.[1]);
}

async function withClient<Result>(url: string, use: (redis: Redis) => Promise<Result>): Promise<Result> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: 5_000 });
  let lastError: unknown;
  redis.on('error', (error: unknown) => {
    lastError = error;
  });
  try {
    return await use(redis);
  } catch (error) {
    // The address may hold a password: only its place is told.
    const message = `The Redis for tests at ${new URL(url).host} does not answer: ${messageOf(lastError ?? error)}`;
    throw new HeadroomError(message, { code: 'HEADROOM_TEST_REDIS_MISSING', cause: error });
  } finally {
    redis.disconnect();
  }
}

async function removeKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*`, count: 500 })) {
    const names = keys as string[];
    if (names.length > 0) await redis.del(...names);
  }
}

/** A container, where an engine runs; the probe takes some milliseconds where none does. */
async function containerRedis(): Promise<{ url: string; stop: () => Promise<void> } | undefined> {
  const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
  try {
    await getContainerRuntimeClient();
  } catch {
    // No engine: the next way is tried.
    return undefined;
  }
  const started = await new GenericContainer(IMAGE)
    .withExposedPorts(6379)
    .withCommand(['redis-server', '--save', '', '--appendonly', 'yes', '--maxmemory-policy', 'noeviction'])
    .start();
  const url = `redis://${started.getHost()}:${started.getMappedPort(6379)}`;
  return { url, stop: async () => void (await started.stop()) };
}
