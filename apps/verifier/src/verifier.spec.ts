import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  allTopics,
  draftConcluded,
  findingOpened,
  verificationConcluded,
  type BlobRef,
  type Draft,
  type HeadroomEvent,
  type Verification,
} from '@headroom/contracts';
import { configSchema, createLogger } from '@headroom/platform';
import { eventOf, EventPublisher, listDeadLetters, openMemory, type EmbeddedParts } from '@headroom/runtime';
import { createStage, type Stage } from '@headroom/runtime/nest';
import { eventually, lookFor } from '@headroom/runtime/contract-suites';
import { buildRepository } from '@headroom/testing';
import { checkVerification, ensureKeyPair, type TrustedKeys } from '@headroom/verification';
import { createSandbox, ServiceRepositories, type Sandbox } from '@headroom/workspace';
import { VerifierModule } from './index.js';

jest.setTimeout(120_000);

const SOURCE = "export const split = (text: string): string[] => text.split(' ');\n";
const TEST = [
  "import assert from 'node:assert/strict';",
  "import { test } from 'node:test';",
  "import { split } from '../src/words.ts';",
  "test('splits', () => assert.deepEqual(split('a b'), ['a', 'b']));",
  '',
].join('\n');

const { case: header, service, repository, skill, facts, reviewers } = draftConcluded.example;
const about = { kind: 'opportunity' as const, service, repository, subject: 'src/words.ts:split' };

let dir: string;
let base: Draft['base'];
let parts: EmbeddedParts;
let stage: Stage;
let sandbox: Sandbox;
let trustedKeys: TrustedKeys;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-verifier-'));
  const { bare, commits } = await buildRepository(join(dir, 'origin'), [
    {
      message: 'one',
      files: {
        'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
        'src/words.ts': SOURCE,
        'test/words.test.ts': TEST,
      },
    },
  ]);
  base = { branch: 'main', commit: commits[0]! };
  const config = configSchema.parse({
    version: 1,
    services: { [service]: { repository: { name: repository, url: bare }, team: 'search', test: ['npm', 'test'] } },
  });
  const locations = { configDir: dir, dataDir: dir };
  const repositories = new ServiceRepositories({ config, locations, cacheDir: join(dir, 'mirrors') });
  const keys = await ensureKeyPair(join(dir, 'keys'));
  ({ trustedKeys } = keys);
  sandbox = await createSandbox({ mode: 'required' });
  await mkdir(join(dir, 'skills'));
  parts = await openMemory();
  await parts.log.ensureTopics(allTopics());
  const module = VerifierModule.register({
    config,
    repositories,
    skillsDir: join(dir, 'skills'),
    sandbox,
    workDir: join(dir, 'work'),
    signer: keys.signer,
  });
  stage = createStage(module, { ...parts, group: 'verifier', logger: createLogger({ level: 'silent' }) });
  await stage.start();
});

afterEach(async () => {
  await stage.close();
  await parts.close();
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
});

function blob(text: string, mediaType: string): Promise<BlobRef> {
  return parts.blobs.put(Buffer.from(text), mediaType);
}

function replacing(text: string): string {
  return [
    'diff --git a/src/words.ts b/src/words.ts',
    '--- a/src/words.ts',
    '+++ b/src/words.ts',
    '@@ -1 +1 @@',
    `-${SOURCE.trimEnd()}`,
    `+${text}`,
    '',
  ].join('\n');
}

async function publish(draft: Partial<Draft>): Promise<void> {
  const data = { case: header, ...about, base, files: [], summary: 'A summary.', facts, reviewers, ...draft } as Draft;
  await stage.get(EventPublisher).publish(draftConcluded, data);
}

async function verdicts(): Promise<HeadroomEvent<Verification>[]> {
  const found: HeadroomEvent<Verification>[] = [];
  for (let partition = 0; partition < verificationConcluded.partitions; partition += 1) {
    const records = await parts.log.read({ topic: verificationConcluded.topic, partition }, 0n, 100);
    found.push(...records.map((record) => eventOf(record, verificationConcluded)!));
  }
  return found;
}

async function verdict(): Promise<Verification> {
  // Tests of a candidate run in a sandbox, some seconds each.
  lookFor(60_000);
  await eventually(async () => {
    expect(await listDeadLetters(parts.log)).toEqual([]);
    expect(await verdicts()).toHaveLength(1);
  });
  const [event] = await verdicts();
  const evidence = await parts.blobs.get(event!.data.evidence!);
  expect(checkVerification(event!.data, evidence, trustedKeys)).toMatchObject({ valid: true });
  return event!.data;
}

describe('the verifier', () => {
  it('signs for a note that nothing was measured', async () => {
    const finding = { ...findingOpened.example, ...about, case: { ...header, step: 'finding.1' } };
    const dossier = await blob(JSON.stringify({ finding }), 'application/json');
    const note = await blob('The cost buys two more languages.', 'text/markdown');

    await publish({ outcome: 'accept', note, dossier });

    const data = await verdict();
    expect(data).toMatchObject({ verdict: 'nothing-to-measure', note });
    expect(data).not.toHaveProperty('patch');
    expect(data).not.toHaveProperty('stopped');
  });

  it('refuses a note with a figure that no record holds', async () => {
    await publish({ outcome: 'cost-shift', note: await blob('A revert saves 30 %.', 'text/markdown') });

    expect(await verdict()).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'note-figure' } });
  });

  it('tries the candidates of a draft in their order, and says which were tried', async () => {
    const broken = await blob(replacing('export const split = (text: string): string[] => [text];'), 'text/x-diff');
    const good = await blob(
      replacing("export const split = (text: string): string[] => { return text.split(' '); };"),
      'text/x-diff',
    );
    const unwanted = await blob(replacing('export const split = 1;'), 'text/x-diff');
    const candidate = (patch: BlobRef) => ({ patch, files: ['src/words.ts'], summary: 'Another one.' });

    await publish({ outcome: 'revert', skill, patch: broken, candidates: [candidate(good), candidate(unwanted)] });

    expect(await verdict()).toMatchObject({
      verdict: 'unmeasured',
      patch: good,
      tried: [{ patch: broken, verdict: 'tests-failed' }],
    });
  });

  it('says what is wrong with the first candidate when none is good enough', async () => {
    const first = await blob(replacing('export const split = (text: string): string[] => [text];'), 'text/x-diff');
    const second = await blob('no diff at all', 'text/x-diff');

    await publish({
      outcome: 'patch',
      patch: first,
      candidates: [{ patch: second, files: [], summary: 'Another one.' }],
    });

    expect(await verdict()).toMatchObject({
      verdict: 'tests-failed',
      patch: first,
      tried: [{ patch: second, verdict: 'policy-refused' }],
    });
  });

  it('has nothing to say of a draft that waits or was left alone', async () => {
    const stopped = { reason: 'needs-model', message: 'Set a key.' };
    await publish({ outcome: 'abstain', stopped, parked: { reason: 'needs-model' } });
    await publish({ outcome: 'abstain', stopped });

    await eventually(async () => {
      const behind = (await parts.log.lag('verifier')).reduce((sum, { lag }) => sum + lag, 0n);
      expect(behind).toBe(0n);
    });
    expect(await verdicts()).toEqual([]);
    expect(await listDeadLetters(parts.log)).toEqual([]);
  });
});
