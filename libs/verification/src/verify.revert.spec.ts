import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '@headroom/contracts';
import { configSchema } from '@headroom/platform';
import { buildRepository } from '@headroom/testing';
import { createSandbox, openMirror, type GitMirror, type Sandbox } from '@headroom/workspace';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import { ensureKeyPair, verifyEvidence, type Signer, type TrustedKeys } from './evidence/signing.js';
import { verifyCandidate } from './verify.candidate.js';

jest.setTimeout(120_000);

const words = (split: string, count: string): string => `export function split(text: string): string[] {
  return ${split};
}

export function count(text: string): number {
  return ${count};
}
`;
const PLAIN = "text.split(' ')";
const DETAILED = "text.split(' ').flatMap((word) => [word, word.toUpperCase()])";
const COUNTED = 'text.length';
const COUNTED_LATER = 'text.trim().length';
const SETTINGS = '{ "cacheSize": 0 }\n';

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, split } from '../src/words.ts';

test('splits', () => assert.ok(split('a b').includes('b')));
test('counts', () => assert.ok(count(' abc') > 2));
`;

let dir: string;
let commits: string[];
let mirror: GitMirror;
let sandbox: Sandbox;
let keys: { signer: Signer; trustedKeys: TrustedKeys };

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-revert-'));
  const built = await buildRepository(dir, [
    {
      message: 'first',
      files: {
        'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
        'src/words.ts': words(PLAIN, COUNTED),
        'settings.json': SETTINGS,
        'test/words.test.ts': TEST,
      },
    },
    { message: 'the cause', files: { 'src/words.ts': words(DETAILED, COUNTED) } },
    { message: 'later work', files: { 'src/words.ts': words(DETAILED, COUNTED_LATER) } },
  ]);
  commits = built.commits;
  mirror = await openMirror({ location: built.bare, cacheDir: join(dir, 'cache') });
  sandbox = await createSandbox({ mode: 'required' });
  keys = await ensureKeyPair(join(dir, 'keys'));
});

afterAll(async () => {
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
});

/** The diff that replaces a whole file. */
function replacing(path: string, before: string, after: string): string {
  const lines = (text: string): string[] => text.trimEnd().split('\n');
  const [old, now] = [lines(before), lines(after)];
  return [
    `diff --git a/${path} b/${path}`,
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${old.length} +1,${now.length} @@`,
    ...old.map((line) => `-${line}`),
    ...now.map((line) => `+${line}`),
    '',
  ].join('\n');
}

const HEAD = words(DETAILED, COUNTED_LATER);
const TAKEN_BACK = replacing('src/words.ts', HEAD, words(PLAIN, COUNTED_LATER));

async function verified(patch: string, more: Partial<VerificationInput>): Promise<VerificationOutcome> {
  const outcome = await verifyCandidate({
    case: {
      caseId: 'reg-0123456789abcdef0123',
      attempt: 1,
      kind: 'regression',
      service: 'web',
      repository: 'shop/web',
      subject: 'src/words.ts:split',
    },
    draft: { id: 'draft-1', blob: { sha256: sha256(patch), size: 1, mediaType: 'application/json' } },
    base: { branch: 'main', commit: commits[2]! },
    patch,
    allowedEffects: [],
    mirror,
    service: { test: ['npm', 'test'], policy: { maxFiles: 10, maxChangedLines: 400, protect: [] } },
    verification: { ...configSchema.parse({ version: 1, services: {} }).verification, testTimeoutMs: 60_000 },
    sandbox,
    signer: keys.signer,
    toolVersion: '0.0.0',
    withQuietHost: (measure) => measure(),
    workDir: join(dir, 'work'),
    ...more,
  });
  expect(verifyEvidence(outcome.evidence, keys.trustedKeys)).toMatchObject({ valid: true });
  return outcome;
}

describe('a revert', () => {
  it('may bring back what the code did before its cause, and stays unmeasured without a benchmark', async () => {
    const { verdict, stopped, record } = await verified(TAKEN_BACK, { change: 'revert', beforeCause: commits[0]! });

    expect({ verdict, stopped }).toEqual({ verdict: 'unmeasured', stopped: undefined });
    expect(record.change).toBe('revert');
    expect(record.differential?.differences).toEqual([]);
    expect(record.differential?.restored).toMatchObject({
      commit: commits[0],
      differences: [{ of: 'return', subject: 'src/words.ts:split' }],
    });
  });

  it('is held to the base where it changes more than its cause did', async () => {
    const more = replacing('src/words.ts', HEAD, words(PLAIN, 'text.length + 1'));

    const { verdict, stopped } = await verified(more, { change: 'revert', beforeCause: commits[0]! });

    expect(verdict).toBe('behaviour-changed');
    expect(stopped?.message).toContain('src/words.ts:count');
    expect(stopped?.message).not.toContain('src/words.ts:split');
  });

  it('is behaviour that changed when it calls itself a patch', async () => {
    const { verdict } = await verified(TAKEN_BACK, { beforeCause: commits[0]! });

    expect(verdict).toBe('behaviour-changed');
  });
});

describe('a change of configuration', () => {
  const patch = replacing('settings.json', SETTINGS, '{ "cacheSize": 1000 }\n');

  it('needs no changed function to be shown by the tests', async () => {
    expect(await verified(patch, { change: 'config' })).toMatchObject({ verdict: 'unmeasured' });
  });

  it('touches nothing but configuration', async () => {
    const { verdict, stopped } = await verified(TAKEN_BACK, { change: 'config' });

    expect({ verdict, reason: stopped?.reason }).toEqual({ verdict: 'policy-refused', reason: 'not-configuration' });
  });
});
