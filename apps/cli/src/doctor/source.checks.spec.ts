import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRepository } from '@headroom/testing';
import { runChecks } from './check.js';
import { pullCheck } from './pull.check.js';
import { sourceChecks } from './source.checks.js';

let dir: string;
let server: Server;
let url: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-sources-'));
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://loopback').pathname;
    const answers: Record<string, unknown> = {
      '/api/v1/status/buildinfo': { status: 'success', data: { version: '2.42.0' } },
      '/api/v1/experiments': { experiments: [], hasMore: true, nextOffset: 1, total: 3 },
      '/querier.v1.QuerierService/LabelValues': { names: ['till', 'web'] },
      '/ready': 'ready',
    };
    response.writeHead(path in answers ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answers[path] ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

async function findingsOf(tools: object, env: Record<string, string> = {}) {
  const path = join(dir, 'headroom.config.yaml');
  await writeFile(path, JSON.stringify({ version: 1, services: {}, tools }));
  return runChecks(sourceChecks(path, dir, env));
}

describe('the sources of the tools', () => {
  it('are left out where none is named, or there is no configuration', async () => {
    for (const findings of [await findingsOf({}), await runChecks(sourceChecks(undefined, dir, {}))]) {
      expect(findings.map(({ check, status }) => [check, status])).toEqual(
        ['prometheus', 'pyroscope', 'growthbook', 'experiments', 'settings', 'documents'].map((each) => [
          each,
          'skipped',
        ]),
      );
    }
  });

  it('are each asked for what shows that they work', async () => {
    const { bare } = await buildRepository(join(dir, 'git'), [{ message: 'Begin', files: { 'web/a.yaml': 'a: 1\n' } }]);
    await mkdir(join(dir, 'docs'));
    await writeFile(join(dir, 'docs/a.md'), '# A\n');
    await mkdir(join(dir, 'experiments'));
    const findings = await findingsOf(
      {
        prometheus: { url },
        pyroscope: { url },
        growthbook: { url, tokenEnv: 'KEY' },
        experiments: { path: 'experiments' },
        configuration: { name: 'shop/conf', url: bare, services: { web: ['web/**'] } },
        docs: [{ name: 'runbooks', path: 'docs' }],
      },
      { KEY: 'a-key' },
    );

    expect(findings.map(({ status }) => status)).toEqual(Array(6).fill('ok'));
    expect(findings.map(({ message }) => message).join('\n')).toMatch(
      /version 2\.42\.0[^]*2 services[^]*3 experiments[^]*1 documents/,
    );
  });

  it('that do not work are told with what to do, and without tokens', async () => {
    await mkdir(join(dir, 'bad'));
    await writeFile(join(dir, 'bad/x.yaml'), 'experiment: [');
    const away = 'http://127.0.0.1:1';
    const findings = await findingsOf(
      {
        prometheus: { url: away, tokenEnv: 'TOKEN' },
        pyroscope: { url: away },
        growthbook: { url, tokenEnv: 'KEY' },
        experiments: { path: 'bad' },
        configuration: { name: 'shop/conf', url: join(dir, 'none.git'), services: { web: ['web/**'] } },
        docs: [{ name: 'runbooks', path: 'none' }],
      },
      { TOKEN: 'token-of-the-test' },
    );

    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['prometheus', 'failed'],
      ['pyroscope', 'failed'],
      ['growthbook', 'failed'],
      ['experiments', 'ok'],
      ['experiments', 'warning'],
      ['settings', 'failed'],
      ['documents', 'failed'],
    ]);
    expect(findings[2]).toMatchObject({ code: 'HEADROOM_TOKEN_MISSING', message: expect.stringContaining('KEY') });
    for (const { status, fix } of findings) if (status === 'failed') expect(fix).toEqual(expect.any(String));
    expect(JSON.stringify(findings)).not.toContain('token-of-the-test');
  });
});

describe('the sources that profiles are pulled from', () => {
  async function pullFindings(profiles: object): Promise<object[]> {
    const path = join(dir, 'headroom.config.yaml');
    await writeFile(path, JSON.stringify({ version: 1, services: {}, profiles }));
    return runChecks([pullCheck(path, {})]);
  }

  it('are left out where none is named', async () => {
    expect(await pullFindings({})).toMatchObject([{ check: 'pulled profiles', status: 'skipped' }]);
  });

  it('are asked for a profile each, and the one that is away is told by its service', async () => {
    const pull = [
      { service: 'till', url: `${url}/ready` },
      { service: 'web', url: 'http://127.0.0.1:1/debug/pprof/profile' },
    ];

    expect(await pullFindings({ pull })).toMatchObject([
      { status: 'ok', message: `till: ${url}/ready answers` },
      { status: 'failed', code: 'HEADROOM_PULL_FAILED', message: expect.stringMatching(/^web: .*127\.0\.0\.1:1/) },
    ]);
  });
});
