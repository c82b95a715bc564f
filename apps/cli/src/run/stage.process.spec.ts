import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { changeDeployed, HeadroomError, profileRecorded, type EventContract } from '@headroom/contracts';
import { createLogger } from '@headroom/platform';
import { pprofBytes } from '@headroom/testing';
import { openMemory, untilAnswering, type EmbeddedParts, type GroupListener, type GroupSpec } from '@headroom/runtime';
import { ensureKeyPair } from '@headroom/verification';
import { STAGES, type StageName } from '../stages.js';
import { runSettings, type RunOptions } from './run.settings.js';
import { StageProcess, type OpenParts } from './stage.process.js';

const TOKEN = 'a-token-of-sixteen-or-more';

let dir: string;
let shared: EmbeddedParts;
const running: StageProcess[] = [];

/** Log and store of one memory for all stages of a test. */
const openShared: OpenParts = () => Promise.resolve({ ...shared, close: () => Promise.resolve() });

async function eventually(check: () => Promise<void> | void): Promise<void> {
  for (const end = Date.now() + 20_000; ; await delay(20)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

async function listen(stage: StageName, options: Partial<RunOptions> = {}, open = openShared): Promise<StageProcess> {
  const settings = await runSettings(stage, {
    data: join(dir, stage),
    bus: 'kafka://127.0.0.1:9092',
    store: 'redis://127.0.0.1:6379',
    blobs: join(dir, 'blobs'),
    config: join(dir, 'headroom.config.yaml'),
    keys: join(dir, stage === 'verifier' ? 'keys' : 'trusted'),
    token: TOKEN,
    ...options,
  });
  const logger = createLogger({ file: join(dir, `${stage}.log`) });
  const process = await StageProcess.listen(settings, { logger, open });
  running.push(process);
  return process;
}

async function ready(process: StageProcess): Promise<{ status: number; body: unknown }> {
  const response = await fetch(new URL('/health/ready', process.url));
  return { status: response.status, body: await response.json() };
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-run-'));
  shared = await openMemory();
  await writeFile(join(dir, 'headroom.config.yaml'), 'version: 1\nservices: {}\n');
  await ensureKeyPair(join(dir, 'keys'));
  const trusted = await readFile(join(dir, 'keys', 'evidence-trusted-keys.json'));
  await mkdir(join(dir, 'trusted'));
  await writeFile(join(dir, 'trusted', 'evidence-trusted-keys.json'), trusted);
});

afterEach(async () => {
  for (const process of running.splice(0)) await process.close();
  await shared.close();
  await rm(dir, { recursive: true });
});

describe('a deployed stage', () => {
  it.each(STAGES)('joins as %s, and its first log line has the address', async (stage) => {
    const process = await listen(stage);
    await process.start();

    const group = stage === 'gateway' ? 'projector' : stage;
    expect(await ready(process)).toEqual({ status: 200, body: { status: 'ready', stages: { [group]: 'joined' } } });
    const [first = ''] = (await readFile(join(dir, `${stage}.log`), 'utf8')).split('\n');
    expect(JSON.parse(first)).toMatchObject({ url: process.url, stage, group });
  });

  it('pulls profiles as gateway, where the configuration names their source', async () => {
    const bytes = pprofBytes({ 'main.main@/app/main.go': 1e9 }, Date.now(), 1000);
    const program = createServer((_, response) => response.end(bytes)).listen(0, '127.0.0.1');
    await once(program, 'listening');
    const url = `http://127.0.0.1:${(program.address() as AddressInfo).port}/debug/pprof/profile`;
    const pull = [{ service: 'till', url, version: 'a'.repeat(40) }];
    await writeFile(
      join(dir, 'headroom.config.yaml'),
      JSON.stringify({ version: 1, services: {}, profiles: { pull } }),
    );
    try {
      await (await listen('gateway')).start();

      const { topic, partitions } = profileRecorded;
      await eventually(async () => {
        const read = Array.from({ length: partitions }, (_, partition) =>
          shared.log.read({ topic, partition }, 0n, 10),
        );
        expect((await Promise.all(read)).flat()).toHaveLength(1);
      });
    } finally {
      program.close().closeAllConnections();
    }
  });

  it('is live and says what it waits for while log or store are away, and joins when they are back', async () => {
    let away = true;
    const process = await listen('detector', {}, async (options) => {
      await untilAnswering({ dependency: 'log', ...options }, () => {
        if (!away) return Promise.resolve();
        return Promise.reject(new HeadroomError('no broker answers', { code: 'HEADROOM_TEST_AWAY', retryable: true }));
      });
      return openShared(options);
    });
    const started = process.start();

    await eventually(async () => {
      expect(await ready(process)).toEqual({
        status: 503,
        body: { status: 'not ready', stages: { detector: 'log away: no broker answers' } },
      });
    });
    expect((await fetch(new URL('/health/live', process.url))).status).toBe(200);
    away = false;
    await started;
    expect((await ready(process)).status).toBe(200);
  });

  it('ends quietly when it is stopped while it waits', async () => {
    const process = await listen('detector', {}, async (options) => {
      await untilAnswering({ dependency: 'store', ...options }, () =>
        Promise.reject(new HeadroomError('refused', { code: 'HEADROOM_TEST_AWAY', retryable: true })),
      );
      return openShared(options);
    });
    const started = process.start();

    await process.close();

    await expect(started).resolves.toBeUndefined();
  });

  it('is dead, and says that it has to be started again, when its log client is gone for good', async () => {
    let listener: GroupListener | undefined;
    const process = await listen('detector', {}, async (options) => {
      const parts = await openShared(options);
      // A member of the embedded log never fails; what a client reports comes through the same listener.
      const log = new Proxy(parts.log, {
        get: (target, name) => {
          if (name === 'join') {
            return (group: GroupSpec, on: GroupListener) => {
              listener = on;
              return target.join(group, on);
            };
          }
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      return { ...parts, log };
    });
    await process.start();

    listener?.crashed(new Error('fenced'), false);

    expect(await process.failed).toMatchObject({ code: 'HEADROOM_STAGE_FAILED' });
    expect((await fetch(new URL('/health/live', process.url))).status).toBe(503);
  });

  it('fails at once when what it was told cannot work', async () => {
    const process = await listen('detector', {}, () =>
      Promise.reject(new HeadroomError('other folder', { code: 'HEADROOM_BLOBS_MISMATCH' })),
    );

    await expect(process.start()).rejects.toMatchObject({ code: 'HEADROOM_BLOBS_MISMATCH' });
  });

  it('serves the API of the gateway on the address that it announced, with the token only', async () => {
    const process = await listen('gateway');
    const announced = process.url;
    await process.start();

    const answers = await Promise.all(
      [TOKEN, 'wrong'].map((token) =>
        fetch(new URL('/v1/cases', announced), { headers: { authorization: `Bearer ${token}` } }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 401]);
  });

  it.each(['pr-writer', 'gateway'] as const)('refuses to let the %s read the signing key', async (stage) => {
    const process = await listen(stage, { keys: join(dir, 'keys') });

    await expect(process.start()).rejects.toMatchObject({ code: 'HEADROOM_CONFIG_SIGNING_KEY_EXPOSED' });
  });

  it('makes no signing key of its own: the verifier says how to make one', async () => {
    const process = await listen('verifier', { keys: join(dir, 'none') });

    await expect(process.start()).rejects.toMatchObject({
      code: 'HEADROOM_SIGNING_KEY_MISSING',
      message: expect.stringContaining('headroom keys create'),
    });
  });

  it('refuses a data directory that another process uses', async () => {
    await listen('detector');

    await expect(listen('detector')).rejects.toMatchObject({ code: 'HEADROOM_DATA_DIRECTORY_IN_USE' });
  });

  it('makes the topics that it needs', async () => {
    const process = await listen('detector');
    await process.start();

    expect(await shared.log.topics()).toContain((changeDeployed as EventContract).topic);
  });
});
