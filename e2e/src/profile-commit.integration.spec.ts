import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readHostFile } from '@headroom/cli';
import { changeDeployed, type Change } from '@headroom/contracts';
import { buildGoProgram } from '@headroom/testing';
import { eventOf } from './case.events.js';
import { goRegister } from './profile.programs.js';
import { makeTarget } from './target.repository.js';
import { eventually, headroom, TestHost } from './test-host.js';

const [labelled, ofVariable, built, deployed, given] = ['a', 'b', 'c', 'd', 'e'].map((each) => each.repeat(40)) as [
  string,
  string,
  string,
  string,
  string,
];
const service = 'register';
const buildId = '1d782c5b2cb014a8820112244cd56eebf34d9923';
/** Variables that would name a commit of the machine that runs this test. */
const silent = Object.fromEntries(
  ['GIT_COMMIT', 'GIT_SHA', 'SOURCE_COMMIT', 'SOURCE_VERSION', 'HEROKU_SLUG_COMMIT'].map((name) => [name, '']),
);

let dir: string;
let host: TestHost;
let gateway: { url: string; token: string };
/** Profiles of the same program: one whose samples name a commit, one that holds only its build id; and one that tells neither. */
let files: { labelled: string; built: string; mute: string };

function change(of: Partial<Change>): Change {
  const deployedAt = new Date(Date.now() - 60_000).toISOString();
  return { service, environment: 'production', deployment: 'd1', kind: 'code', deployedAt, ...of };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-commit-'));
  const { config } = await makeTarget(dir);
  host = await TestHost.start({ dataDir: join(dir, 'data'), config });
  const { url = '', token = '' } = (await readHostFile(host.dataDir)) ?? {};
  gateway = { url, token };
  const program = await buildGoProgram({ dir: join(dir, 'go'), files: { 'main.go': goRegister }, buildId });
  files = {
    labelled: join(dir, 'labelled.pprof'),
    built: join(dir, 'built.pprof'),
    mute: join(dir, 'mute.txt'),
  };
  execFileSync(program, [files.labelled, labelled]);
  execFileSync(program, [files.built]);
  await writeFile(files.mute, 'main (main.py:3);total (main.py:1) 9\n');
  const changes = [
    change({ deployment: 'built', commit: built, buildIds: [buildId] }),
    change({ deployment: 'd1', commit: deployed }),
    change({ deployment: 'settings', kind: 'config', config: [{ key: 'limit', before: '1', after: '2' }] }),
  ];
  const events = changes.map((data) => eventOf(changeDeployed, data, data.deployment));
  await host.client.publish(events);
  await eventually('the index of the changes', async () => {
    const found = await host.client.changes(service, { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' });
    return found.length === changes.length ? true : undefined;
  });
}, 120_000);

afterAll(async () => {
  await host?.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const now = (): string => new Date().toISOString();
const stretch = { startedAt: now(), endedAt: new Date(Date.now() + 1000).toISOString() };

interface Told {
  version?: string;
  problems: string[];
  code?: string;
  text: string;
}

/** A dry run prints the event as it would be published; a profile that is refused ends it. */
async function byCommand(file: string, args: string[], env: Record<string, string> = {}): Promise<Told> {
  const of = ['--service', service, '--started-at', stretch.startedAt, '--ended-at', stretch.endedAt];
  const words = ['publish', '--profile', file, '--dry-run', '--data', host.dataDir, ...of, ...args];
  const { code, stdout, stderr } = await headroom(words, { env: { ...silent, ...env } });
  const [event] = stdout.split('\n').filter((line) => line !== '');
  const version = code === 0 ? (JSON.parse(event ?? '{}') as { data: { version: string } }).data.version : undefined;
  return { ...(version && { version }), problems: stderr.split('\n'), text: stderr };
}

async function byGateway(file: string, query: Record<string, string>): Promise<Told> {
  const given = { service, environment: 'production', hostClass: 'small', ...stretch, ...query };
  const response = await fetch(new URL(`/v1/profiles?${new URLSearchParams(given).toString()}`, gateway.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/octet-stream' },
    body: await readFile(file),
  });
  const answer = (await response.json()) as { version?: string; problems?: string[]; code?: string; detail?: string };
  const { version, code, detail = '', problems = [] } = answer;
  return { ...(version && { version }), ...(code && { code }), problems, text: detail };
}

describe('the commit of a profile, by the command line', () => {
  it('is what --version says, before anything else', async () => {
    const found = await byCommand(files.labelled, ['--version', given, '--deployment', 'd1'], {
      GIT_COMMIT: ofVariable,
    });

    expect(found.version).toBe(given);
  });

  it('is that of a label, and who says another is named', async () => {
    const found = await byCommand(files.labelled, ['--deployment', 'd1'], { GIT_COMMIT: ofVariable });

    expect(found.version).toBe(labelled);
    expect(found.text).toContain(`The environment says ${ofVariable}, the label ${labelled}.`);
    expect(found.text).toContain(`The build-id says ${built}, the label ${labelled}.`);
  });

  it.each([
    ['one of the usual ones', { SOURCE_VERSION: ofVariable, GIT_COMMIT: 'v1.2' }, []],
    ['the one that is named', { TILL_COMMIT: ofVariable, GIT_COMMIT: given }, ['--version-env', 'TILL_COMMIT']],
  ])('is that of a variable: %s', async (_, env, args) => {
    const found = await byCommand(files.built, ['--deployment', 'd1', ...args], env);

    expect(found.version).toBe(ofVariable);
  });

  it('is that of the change with its build id, before that of its deployment', async () => {
    const found = await byCommand(files.built, ['--deployment', 'd1']);

    expect(found.version).toBe(built);
    expect(found.text).toContain(`The deployment says ${deployed}, the build-id ${built}.`);
  });

  it.each(['d1', 'settings'])('is that of its deployment, %s', async (deployment) => {
    expect((await byCommand(files.mute, ['--deployment', deployment])).version).toBe(deployed);
  });

  it('is refused with what to do where nothing tells it, or the named variable is not set', async () => {
    const unknown = await byCommand(files.mute, ['--deployment', 'd2']);
    const unset = await byCommand(files.mute, ['--deployment', 'd1', '--version-env', 'TILL_COMMIT']);

    expect(unknown.text).toContain('HEADROOM_PROFILE_COMMIT_UNKNOWN');
    expect(unknown.text).toContain('publish change.deployed of the deployment "d2"');
    expect(unset.text).toContain('The variable TILL_COMMIT of --version-env is not set');
  });
});

describe('the commit of a profile, by the gateway', () => {
  it('is what version says, and nothing else is asked', async () => {
    const found = await byGateway(files.built, { version: given, deployment: 'd1' });

    expect(found).toMatchObject({ version: given });
    expect(found.problems.join()).not.toContain('build-id says');
  });

  it('is that of a label, of the change with its build id, of its deployment', async () => {
    const found = [
      await byGateway(files.labelled, { deployment: 'd1' }),
      await byGateway(files.built, { deployment: 'd1' }),
      await byGateway(files.mute, { deployment: 'd1' }),
    ];

    expect(found.map(({ version }) => version)).toEqual([labelled, built, deployed]);
    expect(found[0]?.problems).toContain(`The build-id says ${built}, the label ${labelled}.`);
  });

  it('is refused with what to do where nothing tells it', async () => {
    const found = await byGateway(files.mute, { deployment: 'd2' });

    expect(found.code).toBe('HEADROOM_PROFILE_COMMIT_UNKNOWN');
    expect(found.text).toContain('give version');
  });
});
