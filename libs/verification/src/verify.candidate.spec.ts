import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTargetPolicy, tightenedPolicy } from '@headroom/platform';
import { createSandbox } from '@headroom/workspace';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import { targetPolicyOf } from './gates/target.policy.js';
import {
  candidateVerification,
  DEFAULT_SETTINGS,
  WIDE_POLICY,
  type CandidateVerification,
  type Changes,
} from './testing/candidate.verification.js';

jest.setTimeout(120_000);

const WORDS = `import { log } from './log.ts';

const calls = new Map<string, number>();

export function countWords(text: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of text.split(' ')) {
    const clean = word.replace(new RegExp('[.,]', 'g'), '');
    counts[clean] = (counts[clean] ?? 0) + 1;
    log('info', 'counted ' + clean);
  }
  if (text === '') log('warn', 'nothing to count');
  return counts;
}

export const shout = (text: string): string => text.toUpperCase();

export async function slowly(text: string): Promise<number> {
  await Promise.resolve();
  if (text === 'bad') throw new TypeError('bad text');
  return text.length;
}

export function untouched(): number {
  return 41 + 1;
}

export function* letters(text: string): Generator<string> {
  for (const letter of text) yield letter;
}
`;

const LOG = `export function log(level: string, message: string): void {
  console.log(JSON.stringify({ level, message, time: Date.now(), pid: process.pid }));
}
`;

const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWords, letters, shout, slowly } from '../src/words.ts';

test('counts words', () => {
  assert.equal(countWords('a b a.').a, 2);
  assert.ok(countWords('x, y'));
  countWords('');
});
test('shouts', () => assert.ok(shout('hi').length === 2));
test('is slow', async () => {
  assert.equal(await slowly('abc'), 3);
  await assert.rejects(slowly('bad'));
});
test('spells', () => assert.deepEqual([...letters('ab')].length, 2));
`;

const FILES = {
  'package.json': '{"name":"words","type":"module","private":true,"scripts":{"test":"node --test"}}',
  'src/words.ts': WORDS,
  'src/log.ts': LOG,
  'test/words.test.ts': TEST,
  'bench/run.mjs': `import { countWords } from '../src/words.ts';\nfor (let i = 0; i < Number(process.argv[2]); i++) countWords('a b');\n`,
};

let candidates: CandidateVerification;

beforeAll(async () => {
  candidates = await candidateVerification([{ message: 'first', files: FILES }], 'src/words.ts:countWords', {
    service: { test: ['npm', 'test'], policy: WIDE_POLICY },
  });
});
afterAll(() => candidates.close());

async function verified(changes: Changes, more: Partial<VerificationInput> = {}): Promise<VerificationOutcome> {
  const outcome = await candidates.verify(changes, more);
  expect(await readdir(candidates.workDir)).toEqual([]);
  return outcome;
}

const edited = (from: string, to: string): Record<string, string> => {
  expect(WORDS).toContain(from);
  return { 'src/words.ts': WORDS.replace(from, to) };
};

describe('verifyCandidate', () => {
  it('lets a candidate pass whose behaviour is the same, up to the missing benchmark', async () => {
    const outcome = await verified(edited("new RegExp('[.,]', 'g')", '/[.,]/g'));

    expect(outcome.stopped).toMatchObject({ reason: 'no-benchmark' });
    expect(outcome.verdict).toBe('no-benchmark');
    const { record } = outcome;
    expect(record.tests).toMatchObject({ base: { passed: 4, failed: 0 }, head: { passed: 4, failed: 0 } });
    const counted = record.differential?.functions.find((each) => each.id === 'src/words.ts:countWords');
    expect(counted).toMatchObject({ changed: true, calls: { base: 3, head: 3 }, compared: 3, masked: 0 });
    expect(record.differential?.logRecords).toMatchObject({ base: 7, head: 7, removed: {}, masked: 0 });
    expect(record.differential?.masks).toEqual([]);
    expect(record.head?.tree).toMatch(/^[0-9a-f]{40}$/);
    expect(record.sandbox.kind).toBe('bubblewrap');
  });

  it.each([
    [
      'a returned value',
      '(counts[clean] ?? 0) + 1',
      "(counts[clean] ?? 0) + (clean === 'y' ? 2 : 1)",
      'src/words.ts:countWords',
    ],
    [
      'the value of an arrow function',
      'text.toUpperCase()',
      "text.toUpperCase().trim().replace('H', 'h')",
      'src/words.ts:shout',
    ],
    ['a thrown error', "new TypeError('bad text')", "new RangeError('bad text')", 'src/words.ts:slowly'],
  ])('calls a candidate that changes %s behaviour-changed, naming function and case', async (_name, from, to, id) => {
    const outcome = await verified(edited(from, to));

    expect(outcome.verdict).toBe('behaviour-changed');
    expect(outcome.stopped?.message).toContain(id);
    expect(outcome.stopped?.message).toContain('with arguments');
  });

  it('allows fewer info records only where the skill declares it', async () => {
    const change = edited("log('info', 'counted ' + clean);", "if (clean === 'a') log('info', 'counted ' + clean);");
    const undeclared = await verified(change);
    const declared = await verified(change, { allowedEffects: ['fewer-log-records:debug,info'] });

    expect(undeclared).toMatchObject({ verdict: 'behaviour-changed', stopped: { reason: 'log-records-changed' } });
    expect(declared.verdict).toBe('no-benchmark');
    expect(declared.record.differential?.logRecords.removed).toEqual({ info: 4 });
  });

  it.each([
    ['drops a warning', "if (text === '') log('warn', 'nothing to count');", ''],
    ['adds a record', "if (text === '')", "log('info', 'more'); if (text === '')"],
    ['rewrites a record', "'counted '", "'seen '"],
    ['lowers a level', "log('warn'", "log('info'"],
    ['writes past the logger', "if (text === '')", "process.stdout.write('plain\\n'); if (text === '')"],
  ])('refuses a candidate that %s, whatever the skill declares', async (_name, from, to) => {
    const outcome = await verified(edited(from, to), { allowedEffects: ['fewer-log-records:debug,info'] });

    expect(outcome).toMatchObject({ verdict: 'behaviour-changed', stopped: { reason: 'log-records-changed' } });
  });

  it('calls a candidate whose changed function no test calls untested', async () => {
    const outcome = await verified(edited('return 41 + 1', 'return 42'));

    expect(outcome.verdict).toBe('untested');
    expect(outcome.stopped?.message).toContain('src/words.ts:untouched (no test calls it)');
  });

  it('calls a changed generator untested, as its calls cannot be compared', async () => {
    const outcome = await verified(edited('for (const letter of text) yield letter', 'yield* text'));

    expect(outcome.verdict).toBe('untested');
    expect(outcome.stopped?.message).toContain('it is a generator');
  });

  it('names the tests that fail with the patch', async () => {
    const outcome = await verified(edited('(counts[clean] ?? 0) + 1', '1'));

    expect(outcome).toMatchObject({ verdict: 'tests-failed', stopped: { reason: 'tests-failed' } });
    expect(outcome.stopped?.message).toContain('"counts words"');
  });

  it.each([
    ['never ends', 'setInterval(() => {}, 1000)', 'timeout', 'verification.testTimeoutMs'],
    [
      'prints without end',
      "for (;;) require('node:fs').writeSync(1, 'x'.repeat(10_000))",
      'output-limit',
      'verification.limits.outputMiB',
    ],
    [
      'fills memory',
      'const all = []; for (;;) all.push(Buffer.alloc(32e6, 1))',
      'memory-limit',
      'verification.limits.memoryMiB',
    ],
  ])('names the bound that tests meet where the base %s', async (_name, code, reason, setting) => {
    const outcome = await verified(edited('41 + 1', '42'), {
      service: { test: ['node', '-e', code], policy: WIDE_POLICY },
      verification: {
        ...DEFAULT_SETTINGS,
        testTimeoutMs: 5000,
        limits: { ...DEFAULT_SETTINGS.limits, outputMiB: 2, memoryMiB: 300 },
      },
    });

    expect(outcome).toMatchObject({ verdict: 'tests-failed-on-base', stopped: { reason } });
    expect(outcome.stopped?.message).toContain(`Raise ${setting}`);
    expect(outcome.record.tests.base).toMatchObject({ outcome: reason });
    expect(Object.keys(outcome.record.sandbox.enforcedLimits)).toEqual(
      expect.arrayContaining(['time', 'output', 'memory', 'processes', 'disk', 'network', 'files']),
    );
  });

  it('says when the tests are red on the base', async () => {
    const outcome = await verified(edited('41 + 1', '42'), {
      service: { test: ['node', '-e', 'process.exit(3)'], policy: WIDE_POLICY },
    });

    expect(outcome).toMatchObject({ verdict: 'tests-failed-on-base' });
    expect(outcome.stopped?.message).toContain('exit code 3');
  });

  it('ends endless tests and says so', async () => {
    const outcome = await verified(edited('(counts[clean] ?? 0) + 1', '1; for (;;);'), {
      verification: {
        ...DEFAULT_SETTINGS,
        looks: [12],
        testTimeoutMs: 2500,
        armTimeoutMs: 30_000,
        minimumEffect: 0.01,
      },
    });

    expect(outcome).toMatchObject({ verdict: 'tests-failed', stopped: { reason: 'timeout' } });
    expect(outcome.stopped?.message).toContain('timeout');
  });

  it('refuses by policy before anything runs, naming each rule', async () => {
    const outcome = await verified({
      'test/words.test.ts': TEST.replace("test('spells'", "test.skip('spells'"),
      '.github/workflows/ci.yml': 'on: push',
    });

    expect(outcome.verdict).toBe('policy-refused');
    expect(outcome.record.commands).toEqual([]);
    expect(outcome.record.policy.violations.map((each) => each.rule).sort()).toEqual([
      'dot-path',
      'subject-untouched',
      'test-weakened',
    ]);
  });

  it("refuses what the repository's own policy does not want before anything runs, and says what it may not widen", async () => {
    const change = edited("new RegExp('[.,]', 'g')", '/[.,]/g');
    const operator = { policy: WIDE_POLICY, minimumEffect: 0.01 };
    const policy = (text: string) => () =>
      Promise.resolve().then(() => tightenedPolicy(operator, [parseTargetPolicy(text, '.headroom.yml')]));
    const judged = async (text: string): Promise<VerificationOutcome> => {
      const candidate = { kind: 'opportunity', skill: 'regex-precompile' } as const;
      return verified(change, { targetPolicy: await targetPolicyOf(candidate, policy(text)) });
    };

    const unread = await judged('version: 1\npolicy: { maxFiles: none }\n');
    const unwanted = await judged('version: 1\nskills: { disabled: [regex-precompile] }\n');
    const off = await judged('version: 1\nopportunities: off\n');
    const wide = await judged('version: 1\npolicy: { maxFiles: 11 }\n');

    expect(unread).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'target-policy-invalid' } });
    expect(unread.stopped?.message).toMatch(/policy\.maxFiles: found "none".*Mend the file on the base branch/s);
    expect(unwanted).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'skill-disabled' } });
    expect(off).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'opportunities-off' } });
    expect([unread, unwanted, off].flatMap(({ record }) => record.commands)).toEqual([]);
    expect(wide.verdict).toBe('no-benchmark');
    expect(wide.record.policy.notes).toEqual([expect.stringContaining('policy.maxFiles: 11')]);
  });

  it('refuses a patch that does not apply to its base', async () => {
    const patch = (await candidates.patchOf(edited('41 + 1', '42'))).replace('-  return 41 + 1', '-  return 40 + 1');
    const outcome = await candidates.verifyPatch(patch);

    expect(outcome).toMatchObject({ verdict: 'policy-refused', stopped: { reason: 'does-not-apply' } });
  });

  it('refuses to install with anything that cannot leave scripts out', async () => {
    const outcome = await verified(edited("new RegExp('[.,]', 'g')", '/[.,]/g'), {
      service: {
        install: ['make', 'deps'],
        test: ['npm', 'test'],
        policy: WIDE_POLICY,
      },
    });

    expect(outcome).toMatchObject({ verdict: 'install-failed', stopped: { reason: 'install-unsupported' } });
  });

  it('stamps a run without a sandbox as such, and finds the same', async () => {
    const none = await createSandbox({ mode: 'unsandboxed-allowed', path: join(candidates.workDir, 'nowhere') });
    const same = await verified(edited("new RegExp('[.,]', 'g')", '/[.,]/g'), { sandbox: none });
    const other = await verified(edited('text.toUpperCase()', "text.toUpperCase().replace('H', 'h')"), {
      sandbox: none,
    });
    await none.close();

    expect(same).toMatchObject({ verdict: 'no-benchmark', record: { sandbox: { kind: 'none' } } });
    expect(other.verdict).toBe('behaviour-changed');
  });

  it('stops at once when aborted and removes its folders', async () => {
    const abort = new AbortController();
    const patch = await candidates.patchOf(edited('41 + 1', '42'));
    const onProgress: VerificationInput['onProgress'] = ({ phase }) => {
      if (phase === 'tests') setTimeout(() => abort.abort(new Error('stopped')), 100);
    };

    await expect(candidates.verifyPatch(patch, { signal: abort.signal, onProgress })).rejects.toThrow('stopped');
    expect(await readdir(candidates.workDir)).toEqual([]);
  });
});
