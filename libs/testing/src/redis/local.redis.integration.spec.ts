import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { LocalRedis } from './local.redis.js';
import { redisForTests } from './redis.for.tests.js';

jest.setTimeout(60_000);

const started: LocalRedis[] = [];
const clients: Redis[] = [];

async function start(): Promise<LocalRedis> {
  const redis = await LocalRedis.start();
  started.push(redis);
  return redis;
}

function clientOf(url: string, retryStrategy?: null): Redis {
  const client = new Redis(url, retryStrategy === null ? { retryStrategy } : {});
  client.on('error', () => undefined);
  clients.push(client);
  return client;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.disconnect();
  for (const redis of started.splice(0)) await redis.close();
});

describe('LocalRedis', () => {
  it.each(['stop', 'kill'] as const)('keeps address and data over %s and start', async (end) => {
    const redis = await start();
    const { url, pid } = redis;
    await clientOf(url).set('key', 'value');

    await redis[end]();
    expect(redis.pid).toBeUndefined();
    await redis.start();

    expect(redis.url).toBe(url);
    expect(redis.pid).not.toBe(pid);
    expect(await clientOf(url).get('key')).toBe('value');
  });

  it('leaves no folder behind when it does not start', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'headroom-redis-spec-'));
    const script = `
      import { readdirSync } from 'node:fs';
      import { LocalRedis } from '@headroom/testing';
      const { code } = await LocalRedis.start({ args: ['--maxmemory-policy', 'nonsense'] }).catch((error) => error);
      process.stdout.write(JSON.stringify({ code, left: readdirSync(process.env.TMPDIR) }));
    `;
    try {
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
        encoding: 'utf8',
        env: { ...process.env, TMPDIR: temporary },
      });
      expect(JSON.parse(stdout)).toEqual({ code: 'HEADROOM_TEST_REDIS_FAILED', left: [] });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  });

  it('says what the server said when it does not start', async () => {
    await expect(LocalRedis.start({ args: ['--maxmemory-policy', 'nonsense'] })).rejects.toMatchObject({
      code: 'HEADROOM_TEST_REDIS_FAILED',
      message: expect.stringContaining('maxmemory-policy') as unknown,
    });
  });

  it('ends, and its folder is removed, when the process that started it is killed', async () => {
    const script = `
      import { LocalRedis } from '@headroom/testing';
      const { url, dir } = await LocalRedis.start();
      process.stdout.write(JSON.stringify({ url, dir }), () => process.kill(process.pid, 'SIGKILL'));
    `;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
    await new Promise((resolve) => child.once('close', resolve));

    const { url, dir } = JSON.parse(output) as { url: string; dir: string };

    const deadline = performance.now() + 20_000;
    while (existsSync(dir) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(existsSync(dir)).toBe(false);
    await expect(clientOf(url, null).ping()).rejects.toThrow('closed');
  });
});

describe('redisForTests', () => {
  it('removes only its own keys from a server that was given', async () => {
    const before = process.env['REDIS_URL'];
    const redis = await start();
    const client = clientOf(redis.url);
    process.env['REDIS_URL'] = redis.url;
    try {
      const given = await redisForTests();
      await client.mset(`${given.prefix}a`, '1', `${given.prefix}b`, '2', 'other', '3');

      await given.close();

      expect(given).toMatchObject({ how: 'REDIS_URL', url: redis.url, version: LocalRedis.version() });
      expect(await client.keys('*')).toEqual(['other']);
    } finally {
      if (before === undefined) delete process.env['REDIS_URL'];
      else process.env['REDIS_URL'] = before;
    }
  });
});
