import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  allTopics,
  caseCommanded,
  draftConcluded,
  proposalOpened,
  proposalSettled,
  teamContract,
  verificationConcluded,
  type Draft,
  type EventContract,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, listDeadLetters, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { eventually } from '@headroom/runtime/contract-suites';
import { buildRepository } from '@headroom/testing';
import { ensureKeyPair, judgeNote, type Signer } from '@headroom/verification';
import { ServiceRepositories } from '@headroom/workspace';
import { PrWriterModule } from './index.js';

const run = promisify(execFile);
const { case: header, kind, service, repository, subject, reviewers, facts } = draftConcluded.example;
const about = { kind, service, repository, subject };

let dir: string;
let bare: string;
let base: NonNullable<Draft['base']>;
let parts: EmbeddedParts;
let stage: Stage;
let signer: Signer;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-pr-writer-note-'));
  const built = await buildRepository(join(dir, 'origin'), [
    { message: 'one', files: { 'src/a.ts': 'export const a = 1;\n' } },
  ]);
  ({ bare } = built);
  base = { branch: 'main', commit: built.commits[0]! };
  const config = configSchema.parse({
    version: 1,
    services: { [service]: { repository: { name: repository, url: bare }, team: 'search', test: ['npm', 'test'] } },
  });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const keys = await ensureKeyPair(join(dir, 'keys'));
  ({ signer } = keys);
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const module = PrWriterModule.register({
    repositories,
    trustedKeys: keys.trustedKeys,
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

/** A note as the verifier leaves it, signed with the given key. */
async function judgedNote(text: string): Promise<Verification> {
  const note = await parts.blobs.put(Buffer.from(text), 'text/markdown');
  const draft: Draft = {
    case: header,
    ...about,
    outcome: 'accept',
    base,
    files: [],
    summary: 'The cost buys two more languages.',
    facts,
    reviewers,
    note,
  };
  const blob = await parts.blobs.put(Buffer.from(JSON.stringify(draft)), 'application/json');
  const { caseId, attempt } = header;
  const { verdict, evidence } = judgeNote({
    case: { caseId, attempt, ...about },
    draft: { id: 'draft', blob },
    base,
    signer,
    toolVersion: '0.0.0',
    text: Buffer.from(text),
    outcome: 'accept',
    known: {},
  });
  return {
    case: { ...header, step: 'verify.1', causationId: 'draft' },
    ...about,
    draftId: 'draft',
    base,
    note,
    verdict,
    evidence: await parts.blobs.put(evidence, 'application/json'),
  };
}

async function events<Data>(contract: EventContract<Data>): Promise<HeadroomEvent<Data>[]> {
  const found: HeadroomEvent<Data>[] = [];
  for (let partition = 0; partition < contract.partitions; partition += 1) {
    const records = await parts.log.read({ topic: contract.topic, partition }, 0n, 100);
    found.push(...records.map((record) => eventOf(record, contract)!));
  }
  return found;
}

/** Records on the topic of the team. */
async function toldToTheTeam(): Promise<number> {
  const { topic, partitions } = teamContract(proposalOpened, 'search');
  const of = (partition: number) => parts.log.read({ topic, partition }, 0n, 100);
  const records = await Promise.all(Array.from({ length: partitions }, (_, partition) => of(partition)));
  return records.flat().length;
}

describe('a judged note', () => {
  it('is opened without a branch, told to its team, and closed when the case is dismissed', async () => {
    const publisher = stage.get(EventPublisher);
    await publisher.publish(verificationConcluded, await judgedNote('Two more languages were asked for.'));
    await eventually(async () => expect(await toldToTheTeam()).toBe(1));

    const [opened] = await events(proposalOpened);
    const command = { case: { ...header, step: 'command.1' }, ...about, command: 'dismiss' as const, who: 'a person' };
    await publisher.publish(caseCommanded, { ...command, reason: 'We know.' });
    await eventually(async () => expect(await toldToTheTeam()).toBe(2));

    const [settled] = await events(proposalSettled);
    const { stdout } = await run('git', [
      `--git-dir=${bare}`,
      'for-each-ref',
      '--format=%(refname:short)',
      'refs/heads',
    ]);
    expect(opened).toMatchObject({
      team: 'search',
      data: { form: 'note', verdict: 'nothing-to-measure', branch: 'main' },
    });
    expect(settled!.data).toMatchObject({ outcome: 'closed', form: 'note', stopped: { message: 'We know.' } });
    expect(settled!.data).not.toHaveProperty('branch');
    expect(stdout.trim()).toBe('main');
    expect(await readFile(opened!.data.location, 'utf8')).toMatch(/^> \*\*Closed\.\*\* a person: We know\.\n/);
  });

  it('is closed as a note although a change that nobody signed came after it', async () => {
    const publisher = stage.get(EventPublisher);
    const judged = await judgedNote('Two more languages were asked for.');
    await publisher.publish(verificationConcluded, judged);
    await eventually(async () => expect(await toldToTheTeam()).toBe(1));
    const { note: _note, evidence: _evidence, ...rest } = judged;
    await publisher.publish(verificationConcluded, { ...rest, verdict: 'improved' });
    await eventually(async () => expect(await listDeadLetters(parts.log)).toHaveLength(1));

    const command = { case: { ...header, step: 'command.1' }, ...about, command: 'dismiss' as const, who: 'a person' };
    await publisher.publish(caseCommanded, command);
    await eventually(async () => expect(await toldToTheTeam()).toBe(2));

    const [settled] = await events(proposalSettled);
    expect(settled!.data).toMatchObject({ outcome: 'closed', form: 'note' });
    expect(settled!.data).not.toHaveProperty('branch');
  });

  it('opens nothing when its record was not signed by a verifier that is believed', async () => {
    ({ signer } = await ensureKeyPair(join(dir, 'other-keys')));

    await stage.get(EventPublisher).publish(verificationConcluded, await judgedNote('Anything.'));

    await eventually(async () =>
      expect(await listDeadLetters(parts.log)).toMatchObject([{ errorCode: 'HEADROOM_EVIDENCE_UNTRUSTED' }]),
    );
    expect(await events(proposalOpened)).toEqual([]);
  });
});
