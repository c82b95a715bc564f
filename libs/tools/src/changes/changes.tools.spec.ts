import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeDeployed } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { configSchema } from '@headroom/platform';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { buildRepository } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { GitCodeSource } from '../code/index.js';
import { configurationTools, DeployedConfiguration } from '../configuration/index.js';
import { Toolbox } from '../toolbox.js';
import { changesTools } from './index.js';

let dir: string;
let parts: EmbeddedParts;
let toolbox: Toolbox;
let commits: string[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-changes-'));
  parts = await openMemory();
  const built = await buildRepository(join(dir, 'origin'), [
    { message: 'start', files: { 'a.ts': '1\n' } },
    { message: 'search: split once (#41)', files: { 'a.ts': '2\n' } },
    { message: 'readme', files: { 'README.md': 'text\n' } },
  ]);
  ({ commits } = built);
  const services = { web: { repository: { name: 'shop/web', url: built.bare }, team: 'shop', test: ['true'] } };
  const config = configSchema.parse({ version: 1, services });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'cache') });
  const index = new ServiceIndex(parts.store);
  const shared = { service: 'web', environment: 'production', repository: 'shop/web' };
  const code = { kind: 'code' as const, commit: commits[2]!, previousCommit: commits[0]! };
  await index.putChange({
    ...changeDeployed.example,
    ...shared,
    ...code,
    deployment: 'd2',
    deployedAt: '2026-11-02T10:00:00Z',
  });
  const setting = { key: 'search.cache', before: '10', after: null };
  const secret = { key: 'search.password', before: 'correct-horse-7', after: 'battery-staple-8' };
  await index.putChange({
    ...shared,
    kind: 'config',
    config: [setting, secret],
    deployment: 'c1',
    deployedAt: '2026-11-03T10:00:00Z',
  });
  const lost = { ...shared, kind: 'code' as const, commit: 'f'.repeat(40), previousCommit: commits[0]! };
  await index.putChange({ ...lost, deployment: 'd3', deployedAt: '2026-11-04T10:00:00Z' });
  const tools = [
    ...changesTools({ index, code: new GitCodeSource({ config, repositories }) }),
    ...configurationTools([new DeployedConfiguration(index)]),
  ];
  toolbox = new Toolbox(tools, { blobs: parts.blobs, now: () => 0 });
});

afterAll(async () => {
  await parts.close();
  await rm(dir, { recursive: true, force: true });
});

async function call(name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const answer = await toolbox.call(name, { service: 'web', ...args });
  return answer.ok ? (answer.envelope.result ?? {}) : { refused: answer.message };
}

describe('looking at what was deployed', () => {
  it('lists it, the newest first, within a window', async () => {
    const { deployments } = (await call('changes_list_deployments', {})) as { deployments: object[] };
    expect(deployments).toMatchObject([{ deployment: 'd3' }, { deployment: 'c1', settings: 2 }, { deployment: 'd2' }]);
    expect(await call('changes_list_deployments', { to: '2026-11-03T00:00:00Z' })).toMatchObject({ total: 1 });
  });

  it('tells the commits of a deployment with their pull requests and files, and its settings', async () => {
    expect(await call('changes_get_change', { deployment: 'd2' })).toMatchObject({
      complete: true,
      commits: [
        { commit: commits[2], files: ['README.md'] },
        { commit: commits[1], pull_request: 41, files: ['a.ts'] },
      ],
    });
    expect(await call('changes_get_change', { deployment: 'c1' })).toMatchObject({
      config: [
        { key: 'search.cache', before: '10', after: null },
        { key: 'search.password', before: '[redacted: secret]', after: '[redacted: secret]' },
      ],
      commits: [],
    });
  });

  it('says what it could not look up', async () => {
    expect(await call('changes_get_change', { deployment: 'd3' })).toMatchObject({
      complete: false,
      problem: expect.stringContaining('no branch, tag or commit'),
    });
    expect((await call('changes_get_change', { deployment: 'd4' }))['refused']).toContain('the newest are d2, c1, d3');
  });

  it.each([
    ['changes_get_change', { deployment: 'd4' }],
    ['changes_list_deployments', {}],
    ['configuration_list_changes', { from: '2026-11-01T00:00:00Z', to: '2026-11-09T00:00:00Z' }],
  ])('does not take a service that does not exist for one without deployments: %s', async (name, args) => {
    expect((await call(name, { service: 'wbe', ...args }))['refused']).toBe(
      'Nothing is known to have been deployed to a service "wbe"; deployments are known of web.',
    );
  });

  it('has an empty answer for a service in a window without deployments', async () => {
    expect(await call('changes_list_deployments', { to: '2020-01-01T00:00:00Z' })).toEqual({
      deployments: [],
      total: 0,
    });
  });
});
