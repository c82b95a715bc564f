import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRepository } from '@headroom/testing';
import { ensureKeyPair } from '@headroom/verification';
import { runChecks, type CheckedFinding } from './check.js';
import { configurationChecks, gatewayCheck, keysCheck, modelCheck } from './configuration.checks.js';
import { blobsCheck, busCheck, storeCheck } from './deployment.checks.js';
import { gitCheck, nodeCheck } from './machine.checks.js';
import { mountsCheck } from './mounts.check.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-doctor-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function one(check: Parameters<typeof runChecks>[0][number]): Promise<CheckedFinding> {
  const [finding] = await runChecks([check]);
  return finding as CheckedFinding;
}

async function configWith(url: string, branch = 'main'): Promise<string> {
  const path = join(dir, 'headroom.config.yaml');
  const repository = { name: 'shop/web', url, branch };
  const service = { repository, team: 'search', test: ['npm', 'test'] };
  await writeFile(path, JSON.stringify({ version: 1, services: { web: service } }));
  return path;
}

describe('the doctor', () => {
  it('looks at everything, whatever else is broken', async () => {
    const broken = { name: 'broken', run: () => Promise.reject(new Error('unforeseen')) };
    const away = 'kafka://user:secret@127.0.0.1:1';

    const findings = await runChecks([
      broken,
      busCheck(away, undefined),
      storeCheck('redis://:secret@127.0.0.1:1'),
      nodeCheck,
    ]);

    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['broken', 'failed'],
      ['bus', 'failed'],
      ['store', 'failed'],
      ['node', 'ok'],
    ]);
    for (const { status, code, fix } of findings) {
      if (status === 'failed') expect([code, fix]).toEqual([expect.stringMatching(/^HEADROOM_/), expect.any(String)]);
    }
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  it('leaves out what nobody named, and says how to name it', async () => {
    const findings = await runChecks([
      ...configurationChecks(undefined, dir),
      busCheck(undefined, undefined),
      storeCheck(undefined),
      blobsCheck(undefined, undefined),
      gatewayCheck({}),
    ]);

    expect(findings.map(({ status }) => status)).toEqual(Array(6).fill('skipped'));
  });

  it('finds git', async () => {
    expect(await one(gitCheck)).toMatchObject({ status: 'ok', message: expect.stringContaining('git version') });
  });

  it('says that without a key only what needs the model waits', async () => {
    expect(await one(modelCheck(undefined))).toMatchObject({
      status: 'skipped',
      message: expect.stringContaining('needs-model'),
    });
    expect(await one(modelCheck('a key'))).toMatchObject({ status: 'ok' });
  });
});

describe('the configuration', () => {
  it('names what is wrong in it, and its repositories are not asked', async () => {
    const path = join(dir, 'headroom.config.yaml');
    await writeFile(path, 'version: 2\nservices: {}\n');

    expect(await runChecks(configurationChecks(path, dir))).toMatchObject([
      {
        check: 'configuration',
        status: 'failed',
        code: 'HEADROOM_CONFIG_INVALID',
        message: expect.stringContaining('version'),
      },
      { check: 'repositories', status: 'skipped' },
    ]);
  });

  it('shows the newest commit of each repository', async () => {
    const { commits } = await buildRepository(dir, [{ message: 'first', files: { 'README.md': 'web' } }]);
    const path = await configWith(join(dir, 'repository.git'));

    const [, found] = await runChecks(configurationChecks(path, dir));

    expect(found).toMatchObject({ status: 'ok', message: expect.stringContaining(commits[0]?.slice(0, 12) ?? '') });
  });

  it.each([
    ['that is not there', 'main', 'HEADROOM_REPOSITORY_UNREADABLE'],
    ['without the branch', 'gone', 'HEADROOM_BRANCH_MISSING'],
  ])('tells of a repository %s', async (_what, branch, code) => {
    if (branch === 'gone') await buildRepository(dir, [{ message: 'first', files: { 'README.md': 'web' } }]);
    const path = await configWith(join(dir, 'repository.git'), branch);

    const [, found] = await runChecks(configurationChecks(path, dir));

    expect(found).toMatchObject({ check: 'repositories', status: 'failed', code });
  });
});

describe('the keys', () => {
  it('are right as they are made', async () => {
    await ensureKeyPair(dir);

    expect(await one(keysCheck(dir))).toMatchObject({ status: 'ok', message: expect.stringContaining('trusted') });
  });

  it('must be readable by their owner only', async () => {
    await ensureKeyPair(dir);
    await chmod(join(dir, 'evidence-signing-key.pem'), 0o644);

    expect(await one(keysCheck(dir))).toMatchObject({ status: 'failed', code: 'HEADROOM_SIGNING_KEY_MODE' });
  });

  it('must be trusted', async () => {
    const other = join(dir, 'other');
    await ensureKeyPair(other);
    await ensureKeyPair(dir);
    await writeFile(join(dir, 'evidence-trusted-keys.json'), await readFile(join(other, 'evidence-trusted-keys.json')));

    expect(await one(keysCheck(dir))).toMatchObject({ status: 'failed', code: 'HEADROOM_SIGNING_KEY_UNTRUSTED' });
  });

  it('may be the public ones alone', async () => {
    const pair = join(dir, 'pair');
    const trusted = join(dir, 'trusted');
    await ensureKeyPair(pair);
    await mkdir(trusted);
    await writeFile(
      join(trusted, 'evidence-trusted-keys.json'),
      await readFile(join(pair, 'evidence-trusted-keys.json')),
    );

    expect(await one(keysCheck(trusted))).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('public keys only'),
    });
  });
});

describe('the payload folder', () => {
  it('must be there', async () => {
    const finding = await one(blobsCheck(join(dir, 'none'), undefined));

    expect(finding).toMatchObject({ status: 'failed', code: 'HEADROOM_BLOBS_UNREADABLE' });
  });
});

describe('the gateway', () => {
  let server: Server;
  let url: string;

  beforeEach(async () => {
    server = createServer((request, response) => {
      response.statusCode = request.headers.authorization === 'Bearer right' ? 200 : 401;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  it('takes the right token and no other', async () => {
    expect(await one(gatewayCheck({ url, token: 'right' }))).toMatchObject({ status: 'ok' });
    expect(await one(gatewayCheck({ url, token: 'wrong' }))).toMatchObject({ code: 'HEADROOM_UNAUTHORIZED' });
  });

  it('has to answer', async () => {
    expect(await one(gatewayCheck({ url: 'http://127.0.0.1:9' }))).toMatchObject({ code: 'HEADROOM_HOST_UNREACHABLE' });
  });
});

describe('the mounts', () => {
  it('that cannot be reached are warned of, and are no failure', async () => {
    expect(await one(mountsCheck(undefined))).toMatchObject({ check: 'mounts', status: 'skipped' });
    const path = join(dir, 'headroom.config.yaml');
    const tickets = { url: 'http://127.0.0.1:1024/mcp', allow: ['find'] };
    await writeFile(path, JSON.stringify({ version: 1, services: {}, tools: { mounts: { tickets } } }));

    expect(await runChecks([mountsCheck(path)])).toEqual([
      {
        check: 'mounts',
        status: 'warning',
        code: 'HEADROOM_MOUNT_AWAY',
        message: 'tickets cannot be reached: ECONNREFUSED',
        fix: expect.stringContaining('everything else works without it'),
      },
    ]);
  });
});
