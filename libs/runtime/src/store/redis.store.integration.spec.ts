import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Logger } from '@headroom/platform';
import { LocalRedis, redisForTests, type TestRedis } from '@headroom/testing';
import { Redis } from 'ioredis';
import { eventually, keyValueContract } from '../contract-suites/index.js';
import { uniqueName } from '../contract-suites/fixtures.js';
import { redisFacts } from './redis.facts.js';
import { RedisStore } from './redis.store.js';

let shared: TestRedis;
const started: LocalRedis[] = [];
const opened: RedisStore[] = [];
/** A call may wait for the connection and then for its answer. */
const PATIENT_MS = 30_000;

beforeAll(async () => {
  shared = await redisForTests();
}, 60_000);

afterAll(() => shared.close());

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  for (const redis of started.splice(0)) await redis.close();
});

async function ownRedis(args: readonly string[] = []): Promise<LocalRedis> {
  const redis = await LocalRedis.start({ args });
  started.push(redis);
  return redis;
}

async function openStore(url = shared.url, prefix = shared.prefix): Promise<RedisStore> {
  const store = await RedisStore.open(url, { prefix });
  opened.push(store);
  return store;
}

async function grant(store: RedisStore, key: string, leaseMs = 60_000): Promise<number> {
  const answer = await store.acquire(key, 'owner', leaseMs);
  if (answer.outcome !== 'granted') throw new Error(`not granted: ${answer.outcome}`);
  return answer.token;
}

const away = { code: 'HEADROOM_STORE_AWAY', retryable: true };

keyValueContract('Redis', async () => {
  const store = await RedisStore.open(shared.url, { prefix: shared.prefix });
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = await RedisStore.open(shared.url, { prefix: shared.prefix });
      return current;
    },
    close: () => current.close(),
  };
});

describe('the store on Redis', () => {
  it('keeps installations with different prefixes apart', async () => {
    const [one, other] = [await openStore(), await openStore(shared.url, `${shared.prefix}other:`)];
    await one.put('key', 1);
    await other.put('key', 2);

    expect(await one.list('key')).toEqual([{ key: 'key', value: 1 }]);
    expect(await other.get('key')).toBe(2);
  });

  it('lists names with characters that patterns and ranges give a meaning', async () => {
    const store = await openStore();
    const root = uniqueName('list');
    const names = ['*', '?', '[a]', '\\', 'ÿ', 'z', '~', '\u{10ffff}', 'é', '']
      .map((each) => `${root}:${each}`)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const name of names) await store.put(name, name);
    await store.put(`${root};`, 'other');
    await store.put(root, 'other');

    expect((await store.list(`${root}:`)).map(({ key }) => key)).toEqual(names);
    expect((await store.list(`${root}:*`)).map(({ key }) => key)).toEqual([`${root}:*`]);
  });

  it('does not list what has vanished, and forgets its name', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    await store.put('gone', 1);
    await store.put('stays', 2);
    await store.expire('gone', 1);

    await eventually(async () => expect(await store.list('')).toEqual([{ key: 'stays', value: 2 }]));
    await store.expire('stays', 60_000);

    const client = new Redis(redis.url);
    expect(await client.zrange('p:names', '0', '-1')).toEqual(['stays']);
    expect(await client.zrange('p:expiring', '0', '-1')).toEqual(['stays']);
    client.disconnect();
  });

  it('keeps a value that is written again before its time', async () => {
    const store = await openStore();
    const key = uniqueName('again');
    await store.put(key, 1);
    await store.expire(key, 60_000);
    await store.put(key, 2);

    const client = new Redis(shared.url);
    expect(await client.pttl(`${shared.prefix}value:${key}`)).toBe(-1);
    client.disconnect();
  });

  it('goes on when the server has forgotten its scripts', async () => {
    const store = await openStore();
    const key = uniqueName('flush');
    const first = await grant(store, key);
    const client = new Redis(shared.url);

    await client.script('FLUSH');

    expect(await store.renew(key, first, 60_000)).toBe(true);
    const together = [store.put(`${key}.a`, 1), store.put(`${key}.b`, 2), store.finish(key, first, 'done')];
    expect(await Promise.all(together)).toEqual([undefined, undefined, true]);
    client.disconnect();
  });

  it('refuses an address that is none, without repeating it', async () => {
    for (const url of ['http://h:1', 'redis://:secret@h/db', 'secret', 'redis://h/0?secret=1', 'redis://:secret%@h']) {
      const refused = RedisStore.open(url);
      await expect(refused).rejects.toMatchObject({ code: 'HEADROOM_STORE_ADDRESS' });
      await expect(refused).rejects.not.toThrow('secret');
    }
  });

  it('refuses a server that may drop keys', async () => {
    const redis = await ownRedis(['--maxmemory-policy', 'allkeys-lru']);

    await expect(RedisStore.open(redis.url)).rejects.toMatchObject({
      code: 'HEADROOM_STORE_EVICTS',
      retryable: false,
      message: expect.stringContaining('set it to noeviction') as unknown,
    });
  });

  it('takes a password, and does not tell it when it is wrong', async () => {
    const redis = await ownRedis(['--requirepass', 'right-secret']);
    const place = `127.0.0.1:${redis.port}/2`;
    const store = await openStore(`redis://:right-secret@${place}`, 'p:');
    await store.put('key', 1);

    expect(await store.get('key')).toBe(1);
    for (const credentials of ['', ':wrong-secret@']) {
      const refused = RedisStore.open(`redis://${credentials}${place}`);
      await expect(refused).rejects.toMatchObject({ code: 'HEADROOM_STORE_REFUSED' });
      await expect(refused).rejects.not.toThrow('wrong-secret');
    }
  });

  it('takes a full server for one that is away, and a wrong kind of key for a fault', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    const client = new Redis(redis.url);
    await client.rpush('p:value:list', 'x');
    await client.config('SET', 'maxmemory', '1');

    await expect(store.put('key', 1)).rejects.toMatchObject(away);
    await expect(store.get('list')).rejects.toMatchObject({ code: 'HEADROOM_STORE_FAILED', retryable: false });
    client.disconnect();
  });

  it('warns once about a server that keeps nothing', async () => {
    const redis = await ownRedis(['--appendonly', 'no']);
    const warnings: string[] = [];
    const logger = { warn: (_facts: unknown, message: string) => void warnings.push(message) } as unknown as Logger;
    const store = await RedisStore.open(redis.url, { logger });
    opened.push(store);
    await redis.stop();
    await redis.start();
    await eventually(() => store.ping());

    expect(warnings).toEqual([expect.stringContaining('set appendonly yes')]);
  });

  it('opens where the account may not ask for settings', async () => {
    const redis = await ownRedis();
    const client = new Redis(redis.url);
    await client.acl('SETUSER', 'stage', 'on', '>secret', '~*', '+@all', '-@dangerous');
    client.disconnect();
    const store = await openStore(`redis://stage:secret@127.0.0.1:${redis.port}`, 'p:');

    await store.put('key', 1);

    expect(await store.get('key')).toBe(1);
  });
});

describe('a Redis that goes away', () => {
  jest.setTimeout(PATIENT_MS);

  it('keeps leases, tokens and values when it is killed and started again; the store goes on by itself', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    const token = await grant(store, 'work');
    await store.put('value', { kept: true });

    await redis.kill();
    await redis.start();

    await eventually(async () => expect(await store.get('value')).toEqual({ kept: true }));
    expect(await store.acquire('work', 'other', 1_000)).toMatchObject({ outcome: 'busy', owner: 'owner' });
    expect(await store.renew('work', token, 60_000)).toBe(true);
    await store.release('work', token);
    expect(await grant(store, 'work')).toBeGreaterThan(token);
  });

  it('rejects calls in a bounded time while it is stopped, and serves them again afterwards', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    await redis.stop();

    await expect(store.ping()).rejects.toMatchObject(away);
    await expect(store.acquire('work', 'owner', 1_000)).rejects.toMatchObject(away);
    await expect(store.list('')).rejects.toThrow('ECONNREFUSED');
    await redis.start();

    await eventually(() => store.ping());
    await grant(store, 'work');
  });

  it('waits for a server that is only just coming back', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    await redis.kill();
    await expect(store.ping()).rejects.toMatchObject(away);

    const put = store.put('key', 1);
    await redis.start();

    await put;
    expect(await store.get('key')).toBe(1);
  });

  it('opens while it is away, and refuses it once it turns out to drop keys', async () => {
    const redis = await ownRedis(['--maxmemory-policy', 'allkeys-lru']);
    await redis.stop();
    const store = await openStore(redis.url, 'p:');
    await expect(store.ping()).rejects.toMatchObject(away);

    await redis.start();

    await eventually(() => expect(store.ping()).rejects.toMatchObject({ code: 'HEADROOM_STORE_EVICTS' }));
    await expect(store.put('key', 1)).rejects.toMatchObject({ code: 'HEADROOM_STORE_EVICTS', retryable: true });
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    client.disconnect();
    await eventually(() => store.ping());
  });

  it('rejects calls when it stands still, and goes on over a new connection', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    redis.freeze();

    await expect(store.put('key', 1)).rejects.toMatchObject(away);
    redis.thaw();

    await eventually(() => store.put('key', 2));
    expect(await store.get('key')).toBe(2);
  });

  it('gives a lease whose grant was not heard to the same owner at its next try, and to no other', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    const other = await openStore(redis.url, 'p:');
    redis.freeze();
    const unheard = store.acquire('work', 'owner', 60_000);
    await expect(unheard).rejects.toMatchObject(away);
    redis.thaw();
    // The server reads what was sent before it stood still.
    await eventually(async () => {
      const seen = await other.acquire('work', 'other', 60_000);
      expect(seen).toMatchObject({ outcome: 'busy', owner: 'owner' });
    });

    const token = await grant(store, 'work');

    expect(await store.acquire('work', 'owner', 60_000)).toMatchObject({ outcome: 'busy' });
    expect(await store.finish('work', token, 'done')).toBe(true);
  });

  it('is closed for good, also while it is away', async () => {
    const redis = await ownRedis();
    const store = await openStore(redis.url, 'p:');
    await redis.stop();
    const waiting = store.ping();
    await store.close();

    await expect(waiting).rejects.toThrow();
    await expect(store.get('key')).rejects.toMatchObject({ code: 'HEADROOM_STORE_CLOSED' });
  });
});

describe('the facts of a Redis server', () => {
  it(
    'are not waited for where the server takes the connection and hangs',
    async () => {
      const redis = await ownRedis();
      redis.freeze();
      await expect(redisFacts(redis.url)).rejects.toMatchObject(away);
    },
    PATIENT_MS,
  );
});
