import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { SourceOf } from '@headroom/gateway';
import { loadConfig } from '@headroom/platform';
import { buildRepository } from '@headroom/testing';
import { ServiceRepositories } from '@headroom/workspace';
import { serviceParts } from './service.source.js';

jest.setTimeout(60_000);

let dir: string;
let bare: string;
let commits: string[];
let sourceOf: SourceOf;
let teamOf: (service: string) => string | undefined;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-source-'));
  const built = await buildRepository(join(dir, 'remote'), [
    { message: 'first', files: { 'src/till.ts': 'export const till = 1;\n' } },
    { message: 'second', files: { 'src/till.ts': 'export const till = 2;\n' } },
  ]);
  ({ bare, commits } = built);
  const service = (url: string): string =>
    `{ repository: { name: shop, url: '${url}' }, pathMap: { /app: '' }, unitOfWork: sale, team: checkout, test: [node, --test] }`;
  const text = `version: 1\nservices:\n  till: ${service(bare)}\n  lost: ${service(join(dir, 'nowhere.git'))}\n`;
  await writeFile(join(dir, 'headroom.config.yaml'), text);
  const { config, configDir } = await loadConfig(join(dir, 'headroom.config.yaml'));
  const locations = { configDir, dataDir: join(dir, 'data') };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const parts = serviceParts(repositories);
  sourceOf = parts.sourceOf ?? (() => Promise.reject(new Error('none')));
  teamOf = parts.teamOf ?? (() => undefined);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('the code of a service', () => {
  it('is that of the commit that ran, with the path map and the unit of work of the configuration', async () => {
    const [first = '', second = ''] = commits;
    const till = await sourceOf('till');
    const [before, after] = [await till.at(first), await till.at(second)];

    expect(till).toMatchObject({ pathMap: { '/app': '' }, unitOfWork: 'sale' });
    expect(before.problem).toBeUndefined();
    expect(await before.fetchSource('src/till.ts')).toBe('export const till = 1;\n');
    expect(await after.fetchSource('src/till.ts')).toBe('export const till = 2;\n');
    expect(await after.fetchSource('src/nowhere.ts')).toBeUndefined();
  });

  it('needs no repository for a commit that was fetched before', async () => {
    const [first = ''] = commits;
    const till = await sourceOf('till');
    await till.at(first);
    await rename(bare, `${bare}.away`);
    const found = await till.at(first);
    await rename(`${bare}.away`, bare);

    expect(await found.fetchSource('src/till.ts')).toBe('export const till = 1;\n');
  });

  it.each([
    ['of a commit that was not pushed', 'till', 'has no commit'],
    ['of a service that is not configured', 'cart', 'is not configured'],
    ['of a repository that cannot be read', 'lost', 'nowhere.git'],
  ])('%s is missing with the reason', async (_, service, told) => {
    const found = await (await sourceOf(service)).at('f'.repeat(40));

    expect(found.problem).toContain(told);
    expect(await found.fetchSource('src/till.ts')).toBeUndefined();
  });
});

describe('the team of a service', () => {
  it('is that of the configuration', () => {
    expect([teamOf('till'), teamOf('cart')]).toEqual(['checkout', undefined]);
  });
});
