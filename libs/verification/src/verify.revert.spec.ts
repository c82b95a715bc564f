import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { TestCommit } from '@headroom/testing';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import {
  candidateVerification,
  WIDE_POLICY,
  type CandidateVerification,
  type Changes,
} from './testing/candidate.verification.js';

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
/** A file of which the cause took away the folder too. */
const OLD = 'export const old = 1;\n';

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count, split } from '../src/words.ts';

test('splits', () => assert.ok(split('a b').includes('b')));
test('counts', () => assert.ok(count(' abc') > 2));
`;

const COMMITS: TestCommit[] = [
  {
    message: 'first',
    files: {
      'package.json': '{"type":"module","scripts":{"test":"node --test"}}',
      'src/words.ts': words(PLAIN, COUNTED),
      'settings.json': SETTINGS,
      'src/extra/old.ts': OLD,
      'test/words.test.ts': TEST,
    },
  },
  { message: 'the cause', files: { 'src/words.ts': words(DETAILED, COUNTED), 'src/extra/old.ts': null } },
  { message: 'later work', files: { 'src/words.ts': words(DETAILED, COUNTED_LATER) } },
];

let candidates: CandidateVerification;

beforeAll(async () => {
  candidates = await candidateVerification(COMMITS, 'src/words.ts:split', {
    service: { test: ['npm', 'test'], policy: WIDE_POLICY },
  });
});
afterAll(() => candidates.close());

const TAKEN_BACK = { 'src/words.ts': words(PLAIN, COUNTED_LATER), 'src/extra/old.ts': OLD };

const verified = (changes: Changes, more: Partial<VerificationInput>): Promise<VerificationOutcome> =>
  candidates.verify(changes, more);

describe('a revert', () => {
  it('may bring back what the code did before its cause, and stays unmeasured without a benchmark', async () => {
    const { verdict, stopped, record } = await verified(TAKEN_BACK, {
      change: 'revert',
      beforeCause: candidates.commits[0]!,
    });

    expect({ verdict, stopped }).toEqual({ verdict: 'unmeasured', stopped: undefined });
    expect(record.change).toBe('revert');
    expect(record.differential?.differences).toEqual([]);
    expect(record.differential?.restored).toMatchObject({
      commit: candidates.commits[0],
      differences: [{ of: 'return', subject: 'src/words.ts:split' }],
    });
  });

  it('is held to the base where it changes more than its cause did', async () => {
    const more = { 'src/words.ts': words(PLAIN, 'text.length + 1') };

    const { verdict, stopped } = await verified(more, { change: 'revert', beforeCause: candidates.commits[0]! });

    expect(verdict).toBe('behaviour-changed');
    expect(stopped?.message).toContain('src/words.ts:count');
    expect(stopped?.message).not.toContain('src/words.ts:split');
  });

  it('is behaviour that changed when it calls itself a patch', async () => {
    const { verdict } = await verified(TAKEN_BACK, { beforeCause: candidates.commits[0]! });

    expect(verdict).toBe('behaviour-changed');
  });
});

describe('a change of configuration', () => {
  const change = { 'settings.json': '{ "cacheSize": 1000 }\n' };

  it('needs no changed function to be shown by the tests', async () => {
    expect(await verified(change, { change: 'config' })).toMatchObject({ verdict: 'unmeasured' });
  });

  it('touches nothing but configuration', async () => {
    const { verdict, stopped } = await verified(TAKEN_BACK, { change: 'config' });

    expect({ verdict, reason: stopped?.reason }).toEqual({ verdict: 'policy-refused', reason: 'not-configuration' });
  });
});
