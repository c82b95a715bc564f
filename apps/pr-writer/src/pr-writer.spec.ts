import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  allTopics,
  branchOf,
  caseCommanded,
  proposalOpened,
  proposalSettled,
  teamContract,
  verificationConcluded,
  type Commanded,
  type EventContract,
  type HeadroomEvent,
} from '@headroom/contracts';
import { configSchema, createLogger } from '@headroom/platform';
import { LocalForge, PROPOSAL_AUTHOR } from '@headroom/proposals';
import {
  eventOf,
  EventPublisher,
  listDeadLetters,
  openMemory,
  underLease,
  type EmbeddedParts,
} from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { eventually } from '@headroom/runtime/contract-suites';
import { buildRepository } from '@headroom/testing';
import { openMirror, ServiceRepositories } from '@headroom/workspace';
import { PrWriterModule } from './index.js';

const run = promisify(execFile);
const { case: header, kind, service, repository, subject } = verificationConcluded.example;
const branch = branchOf(service, kind, header.caseId);

let dir: string;
let bare: string;
let commits: string[];
let parts: EmbeddedParts;
let stage: Stage;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-pr-writer-'));
  ({ bare, commits } = await buildRepository(join(dir, 'origin'), [
    { message: 'one', files: { 'src/a.ts': 'export const a = 1;\n' } },
  ]));
  const config = configSchema.parse({
    version: 1,
    services: { [service]: { repository: { name: repository, url: bare }, team: 'search', test: ['npm', 'test'] } },
  });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const module = PrWriterModule.register({
    repositories,
    trustedKeys: new Map(),
    proposalsDir: join(dir, 'proposals'),
  });
  stage = createStage(module, { ...parts, group: 'pr-writer', logger: createLogger({ level: 'silent' }) });
  await stage.start();
});

afterEach(async () => {
  await stage.close();
  await parts.close();
  await rm(dir, { recursive: true, force: true });
});

/** A proposal as this stage leaves it. */
async function propose(): Promise<{ commit: string; location: string }> {
  const forge = new LocalForge({
    location: bare,
    cacheDir: join(dir, 'mirrors'),
    proposalsDir: join(dir, 'proposals'),
  });
  const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'scratch') });
  const patch = [
    'diff --git a/src/a.ts b/src/a.ts',
    '--- a/src/a.ts',
    '+++ b/src/a.ts',
    '@@ -1 +1 @@',
    '-export const a = 1;',
    '+export const a = 2;',
    '',
  ].join('\n');
  const message = 'perf: two\n\nHeadroom-Attempt: 1';
  const date = '2026-11-02T12:00:00Z';
  const base = await mirror.resolve('main');
  const pushed = await forge.upsertBranch({ branch, base, patch, message, author: PROPOSAL_AUTHOR, date, attempt: 1 });
  const files = new Map([['patch.diff', patch] as const, ['proposal.md', '# A proposal\n'] as const]);
  const { location } = await forge.upsertProposal(header.caseId, files);
  await parts.store.put(`pr-writer:begun:${header.caseId}`, true);
  if (!('commit' in pushed)) throw new Error(pushed.status);
  return { commit: pushed.commit, location };
}

async function dismiss(change: Partial<Commanded> = {}): Promise<void> {
  const about = { ...header, step: 'command.1' };
  const data = { case: about, kind, service, repository, subject, command: 'dismiss' as const, who: 'a person' };
  await stage.get(EventPublisher).publish(caseCommanded, { ...data, ...change });
}

async function published<Data>(contract: EventContract<Data>): Promise<Data[]> {
  return (await events(contract)).map((event) => event.data);
}

async function events<Data>(contract: EventContract<Data>): Promise<HeadroomEvent<Data>[]> {
  const found: HeadroomEvent<Data>[] = [];
  for (let partition = 0; partition < contract.partitions; partition += 1) {
    const records = await parts.log.read({ topic: contract.topic, partition }, 0n, 100);
    found.push(...records.map((record) => eventOf(record, contract)!));
  }
  return found;
}

async function branches(): Promise<string[]> {
  const { stdout } = await run('git', [`--git-dir=${bare}`, 'for-each-ref', '--format=%(refname:short)', 'refs/heads']);
  return stdout.split('\n').filter(Boolean);
}

async function behind(): Promise<bigint> {
  return (await parts.log.lag('pr-writer')).reduce((sum, { lag }) => sum + lag, 0n);
}

describe('the pr-writer', () => {
  it('closes the open proposal of a dismissed case with the reason, once', async () => {
    const { location } = await propose();

    await dismiss({ reason: 'We keep <this> readable.' });
    await eventually(async () => expect(await published(proposalSettled)).toHaveLength(1));
    await dismiss({ reason: 'We keep <this> readable.' });
    await eventually(async () => expect(await behind()).toBe(0n));

    const [settled, ...more] = await published(proposalSettled);
    expect(more).toEqual([]);
    expect(settled).toMatchObject({
      case: { caseId: header.caseId, step: 'settled.1' },
      outcome: 'closed',
      who: 'a person',
      stopped: { reason: 'dismissed', message: 'We keep <this> readable.' },
      branch,
      location,
    });
    expect(await branches()).toEqual(['main']);
    expect(await readFile(location, 'utf8')).toBe(
      '> **Closed.** a person: We keep &lt;this&gt; readable.\n\n# A proposal\n',
    );
  });

  it('tells the team of a dismissed case too, and names it on the common topic', async () => {
    await propose();

    await dismiss();
    const own = teamContract(proposalSettled, 'search');
    await eventually(async () => expect(await events(own)).toHaveLength(1));

    expect(await events(own)).toEqual(await events(proposalSettled));
    expect(await events(own)).toMatchObject([{ team: 'search', data: { outcome: 'closed' } }]);
  });

  it('leaves a branch alone on which somebody works', async () => {
    const { commit } = await propose();
    const work = join(dir, 'work');
    await run('git', ['clone', '-q', '-b', branch, bare, work]);
    const author = ['-c', 'user.name=reviewer', '-c', 'user.email=reviewer@web.example'];
    await run('git', [...author, 'commit', '-q', '--allow-empty', '-m', 'Mine'], { cwd: work });
    await run('git', ['push', '-q'], { cwd: work });

    await dismiss();

    await eventually(async () => expect(await published(proposalSettled)).toHaveLength(1));
    const [settled] = await published(proposalSettled);
    expect(settled).toMatchObject({ outcome: 'closed', stopped: { reason: 'dismissed-branch-kept' } });
    expect(await branches()).toContain(branch);
    expect(commit).not.toBe(commits.at(-1));
  });

  it('says merged when the proposal is on its base already', async () => {
    const { commit } = await propose();
    await run('git', [`--git-dir=${bare}`, 'update-ref', 'refs/heads/main', commit]);

    await dismiss();

    await eventually(async () => expect(await published(proposalSettled)).toMatchObject([{ outcome: 'merged' }]));
    expect(await branches()).toEqual([branch, 'main']);
  });

  it('opens nothing for a case that was dismissed before, and settles nothing', async () => {
    await dismiss();
    await eventually(async () => expect(await behind()).toBe(0n));
    // Its evidence is missing: were it looked at, it would become a dead letter.
    await stage.get(EventPublisher).publish(verificationConcluded, verificationConcluded.example);
    await eventually(async () => expect(await behind()).toBe(0n));

    expect(await listDeadLetters(parts.log)).toEqual([]);
    expect(await branches()).toEqual(['main']);
    expect(await published(proposalOpened)).toEqual([]);
    expect(await published(proposalSettled)).toEqual([]);
  });

  it('closes only when nobody is just opening the same case', async () => {
    await propose();
    await underLease(parts.store, { key: `pr-writer:case:${header.caseId}`, owner: 'another worker' }, async () => {
      await dismiss();
      await eventually(async () => {
        const orders = await parts.store.list(`orders:pr-writer:${header.caseId}`);
        expect(orders).toHaveLength(1);
      });
      expect(await branches()).toContain(branch);
    });

    await eventually(async () => expect(await branches()).toEqual(['main']));
    expect(await listDeadLetters(parts.log)).toEqual([]);
  });
});
