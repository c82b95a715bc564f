import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { changeDeployed, profileRecorded, sha256, type Profile } from '@headroom/contracts';
import { ServiceIndex } from '@headroom/indexes';
import { decodeStacks } from '@headroom/profiling';
import { transformSync } from '@swc/core';
import type { ServiceSource } from './profile.service.js';
import type { ProfileAnswer } from '../http/answer.schemas.js';
import { GatewayWorld, headerOf } from '../testing/gateway.world.js';

jest.setTimeout(60_000);

const source = `
interface Rounds { readonly count: number }

export class Register {
  total({ count }: Rounds): number {
    let sum = 0;
    for (let index = 0; index < count; index += 1) sum += Math.sqrt(index) % 7;
    return sum;
  }
}
console.log(new Register().total({ count: 60_000_000 }));
`;
const facts = {
  service: 'register',
  environment: 'production',
  version: 'a'.repeat(40),
  deployment: 'd1',
  hostClass: 'small',
  startedAt: '2026-11-02T10:00:00Z',
  endedAt: '2026-11-02T10:00:05Z',
  units: '120',
  cpuSeconds: '0.5',
};
const resolvedName = 'src/register.ts:Register.total';

let dir: string;
let profile: string;
let files: Record<string, string>;
let world: GatewayWorld;

beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'headroom-profile-')));
  const built = transformSync(source, {
    filename: 'register.ts',
    sourceMaps: true,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  });
  const code = `${built.code}\n//# sourceMappingURL=register.js.map\n`;
  const map = JSON.stringify({ ...(JSON.parse(built.map ?? '{}') as object), sources: ['../src/register.ts'] });
  files = { 'dist/register.js': code, 'dist/register.js.map': map };
  writeFileSync(join(dir, 'register.js'), code);
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  execFileSync(process.execPath, ['--cpu-prof', '--cpu-prof-dir', dir, 'register.js'], { cwd: dir });
  const file = readdirSync(dir).find((name) => name.endsWith('.cpuprofile')) ?? '';
  profile = readFileSync(join(dir, file), 'utf8').replaceAll(dir, '/app/dist');
  world = await GatewayWorld.open({
    sourceOf: async (service): Promise<ServiceSource> => ({
      pathMap: service === 'register' ? { '/app': '' } : {},
      ...(service === 'register' && { unitOfWork: 'sum' }),
      at: async (commit) =>
        service === 'register' && commit === facts.version
          ? { fetchSource: async (name) => ({ ...files, 'src/register.ts': source })[name] }
          : { fetchSource: async () => undefined, problem: 'The service is not configured.' },
    }),
  });
});
afterAll(async () => {
  await world.close();
  rmSync(dir, { recursive: true });
});

function path(more: Record<string, string> = {}): string {
  return `/v1/profiles?${new URLSearchParams({ ...facts, ...more }).toString()}`;
}

function send(to: string): Promise<Response> {
  return world.call('POST', to, { body: profile, headers: { 'content-type': 'application/json' } });
}

async function namesOf(answer: ProfileAnswer): Promise<string[]> {
  return decodeStacks(await world.parts.blobs.get(answer.profile)).frames.map(({ id }) => id);
}

async function published(id: string) {
  return (await world.records(profileRecorded)).find((record) => headerOf(record, 'ce_id') === id);
}

describe('POST /v1/profiles', () => {
  it("resolves frames with the configured service's code, stores the stacks, publishes the event", async () => {
    const response = await send(path());
    const answer = (await response.json()) as ProfileAnswer;
    const event = JSON.parse(String((await published(answer.id))?.value)) as Profile;

    expect(response.status).toBe(202);
    expect(answer.frames.resolved).toBeGreaterThan(0);
    expect(await namesOf(answer)).toContain(resolvedName);
    expect(event).toMatchObject({ service: 'register', unitOfWork: 'sum', units: 120, cpuSeconds: 0.5 });
    expect(event.profile).toEqual(answer.profile);
  });

  it.each(['text/plain', 'application/octet-stream', 'application/gzip'])(
    'takes what another profiler wrote as %s, whatever the format, packed or not',
    async (type) => {
      const text = 'main (/app/main.py:3);total (/app/main.py:1) 9\n';
      const body = type === 'application/gzip' ? new Uint8Array(gzipSync(text)) : text;
      const to = path({ service: 'unknown', pathMap: '/app=src' });
      const response = await world.call('POST', to, { body, headers: { 'content-type': type } });
      const answer = (await response.json()) as ProfileAnswer;

      expect(response.status).toBe(202);
      expect(answer.samples).toBe(9);
      expect(await namesOf(answer)).toEqual(['src/main.py:main', 'src/main.py:total']);
    },
  );

  it('resolves frames with files that come along as parts', async () => {
    const body = new FormData();
    body.set('profile', new Blob([profile]), 'x.cpuprofile');
    for (const [name, text] of Object.entries(files)) body.set(name, new Blob([text]), name);
    body.set('src/register.ts', source);

    const response = await world.call('POST', path({ service: 'unknown', pathMap: '/app=' }), { body });
    const answer = (await response.json()) as ProfileAnswer;

    expect(response.status).toBe(202);
    expect(await namesOf(answer)).toContain(resolvedName);
  });

  it('resolves frames with files that were uploaded as blobs', async () => {
    const query = new URLSearchParams({ ...facts, service: 'unknown', pathMap: '/app=' });
    for (const [name, text] of Object.entries({ ...files, 'src/register.ts': source })) {
      await world.call('PUT', `/v1/blobs/${sha256(text)}`, { body: text });
      query.append('source', `${name}=${sha256(text)}`);
    }

    const response = await send(`/v1/profiles?${query.toString()}`);

    expect(await namesOf((await response.json()) as ProfileAnswer)).toContain(resolvedName);
  });

  it('tells what it could not resolve', async () => {
    const response = await send(path({ service: 'unknown' }));

    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      frames: { resolved: 0 },
      unmappedFiles: ['/app/dist/register.js'],
      problems: ['The service is not configured.'],
    });
  });

  it('makes one event of the same profile sent twice', async () => {
    const [first, again] = [await send(path()), await send(path())];

    expect(((await again.json()) as ProfileAnswer).id).toBe(((await first.json()) as ProfileAnswer).id);
  });

  it('learns the commit from the change of its deployment, and reads the code of that commit', async () => {
    const { version: commit, ...unversioned } = facts;
    const query = new URLSearchParams({ ...unversioned, deployment: 'announced' }).toString();
    const before = await send(`/v1/profiles?${query}`);
    const change = { ...changeDeployed.example, service: 'register', deployment: 'announced', commit };
    await new ServiceIndex(world.parts.store).putChange({ ...change, deployedAt: facts.startedAt });
    const after = await send(`/v1/profiles?${query}`);
    const answer = (await after.json()) as ProfileAnswer;
    const told = await world.call('GET', '/v1/services/register/changes?from=2026-11-02T10:00:00Z');

    expect([before.status, ((await before.json()) as { code: string }).code]).toEqual([
      400,
      'HEADROOM_PROFILE_COMMIT_UNKNOWN',
    ]);
    expect([after.status, answer.version]).toEqual([202, commit]);
    expect(await namesOf(answer)).toContain(resolvedName);
    expect(await told.json()).toMatchObject({ changes: [{ deployment: 'announced', commit }] });
  });

  it.each([
    ['a version that is no commit', { version: '' }, 400, 'HEADROOM_QUERY_INVALID', '$query.version'],
    ['a time that is none', { endedAt: 'now' }, 400, 'HEADROOM_QUERY_INVALID', '$query.endedAt'],
    ['an end before the start', { endedAt: '2026-11-02T09:00:00Z' }, 400, 'HEADROOM_EVENT_INVALID', '$.data.endedAt'],
    ['a parameter that is not known', { colour: 'red' }, 400, 'HEADROOM_QUERY_INVALID', 'colour'],
    ['a path map that leaves the repository', { pathMap: '/app=../x' }, 400, 'HEADROOM_PATH_MAP_INVALID', '../x'],
    ['a blob that is not there', { source: `a.js=${sha256('?')}` }, 404, 'HEADROOM_BLOB_MISSING', 'upload'],
  ])('refuses %s', async (_, more, status, code, told) => {
    const response = await send(path(more));
    const problem = (await response.json()) as { code: string; detail: string };

    expect([response.status, problem.code]).toEqual([status, code]);
    expect(problem.detail).toContain(told);
  });

  it.each([
    ['what is no profile', '{}', { 'content-type': 'application/json' }, 400, 'HEADROOM_PROFILE_INVALID'],
    ['another media type', 'x', { 'content-type': 'text/html' }, 415, 'HEADROOM_MEDIA_TYPE_UNSUPPORTED'],
    ['a broken form', 'x', { 'content-type': 'multipart/form-data; boundary=y' }, 400, 'HEADROOM_BODY_INVALID'],
  ])('refuses %s', async (_, body, headers, status, code) => {
    const response = await world.call('POST', path(), { body, headers });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
  });

  it('refuses a form without a profile', async () => {
    const body = new FormData();
    body.set('dist/register.js', 'x');

    const response = await world.call('POST', path(), { body });

    expect(await response.json()).toMatchObject({ code: 'HEADROOM_BODY_INVALID' });
  });
});
