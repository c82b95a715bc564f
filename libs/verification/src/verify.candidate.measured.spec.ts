import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { VerificationInput, VerificationOutcome } from './candidate.types.js';
import {
  candidateVerification,
  DEFAULT_SETTINGS,
  MEASURED,
  WIDE_POLICY,
  type CandidateVerification,
} from './testing/candidate.verification.js';

jest.setTimeout(600_000);

const SUM = `export function sum(values: readonly number[]): number {
  let total = 0;
  for (let at = 0; at < values.length; at++) {
    const copy = values.slice(0, at + 1);
    total += copy[copy.length - 1]!;
  }
  return total;
}
`;

const FILES = {
  'package.json': '{"name":"sum","type":"module","private":true}',
  'src/sum.ts': SUM,
  'test/sum.test.ts': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sum } from '../src/sum.ts';
test('sums', () => { assert.equal(sum([1, 2, 3]), 6); assert.equal(sum([]), 0); });
`,
  'bench/run.ts': `import { sum } from '../src/sum.ts';
const values = Array.from({ length: 400 }, (_, at) => at);
let total = 0;
for (let at = 0; at < Number(process.argv[2]); at++) total += sum(values);
console.log(total);
`,
};

const SERVICE = {
  test: ['node', '--test'],
  benchmark: { command: ['node', 'bench/run.ts', '{operations}'], operations: 6_000, harness: ['bench/**'] },
  policy: WIDE_POLICY,
};

let candidates: CandidateVerification;

beforeAll(async () => {
  candidates = await candidateVerification([{ message: 'first', files: FILES }], 'src/sum.ts:sum', {
    ...MEASURED,
    service: SERVICE,
  });
});
afterAll(() => candidates.close());

const verified = (source: string, more: Partial<VerificationInput> = {}): Promise<VerificationOutcome> =>
  candidates.verify({ 'src/sum.ts': source }, more);

const FASTER = SUM.replace(
  'const copy = values.slice(0, at + 1);\n    total += copy[copy.length - 1]!;',
  'total += values[at]!;',
);
// On a busy machine no verdict can be had, and saying so is right; any other verdict would be wrong.
describe('verifyCandidate, measuring', () => {
  it('proves a candidate that is faster', async () => {
    const { verdict, record } = await verified(FASTER);

    expect(['improved', 'invalid-noisy']).toContain(verdict);
    expect(record.measurement?.rounds.length).toBeGreaterThan(2);
    if (verdict === 'improved') expect(record.measurement?.looks.at(-1)?.cpu.high).toBeLessThan(-0.3);
  });

  it('refuses a benchmark that is too short, and says how many operations to ask for', async () => {
    const benchmark = { command: ['node', 'bench/run.ts', '{operations}'], operations: 5, harness: [] };
    const outcome = await verified(FASTER, {
      service: { ...SERVICE, benchmark },
    });

    expect(outcome).toMatchObject({ verdict: 'benchmark-failed', stopped: { reason: 'operations-too-few' } });
    expect(outcome.stopped?.message).toMatch(/Raise benchmark.operations to about \d+/);
  });

  it('is not deceived by a candidate that rewrites the benchmark, or itself, while it is measured', async () => {
    const sly = `import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';\n${SUM.replace(
      'let total = 0;',
      `let total = 0;
  if (values.length > 300) {
    for (const file of ['bench/run.ts', 'src/sum.ts']) {
      const { atime, mtime } = statSync(file);
      writeFileSync(file, readFileSync(file, 'utf8').replace('< Number(', '>= Number(').replace('at < values', 'at < 0 && values'));
      utimesSync(file, atime, mtime);
    }
  }`,
    )}`;
    const { verdict, record } = await verified(sly, { verification: { ...DEFAULT_SETTINGS, looks: [4] } });

    expect(['worse', 'no-effect', 'invalid-noisy']).toContain(verdict);
    expect(record.measurement?.renewed).toBeGreaterThanOrEqual(4);
  });

  it('says when the benchmark fails on the base', async () => {
    const benchmark = { command: ['node', 'bench/missing.ts', '{operations}'], operations: 5, harness: [] };
    const outcome = await verified(FASTER, {
      service: { ...SERVICE, benchmark },
    });

    expect(outcome).toMatchObject({ verdict: 'benchmark-failed', stopped: { reason: 'benchmark-failed-on-base' } });
    expect(outcome.stopped?.message).toContain('missing.ts');
  });

  it('says when the benchmark fails with the patch only', async () => {
    const endless = SUM.replace('let total = 0;', 'let total = 0; for (; values.length > 300; ) total++;');
    const outcome = await verified(endless, {
      verification: {
        ...DEFAULT_SETTINGS,
        looks: [12],
        testTimeoutMs: 60_000,
        armTimeoutMs: 8_000,
        minimumEffect: 0.01,
      },
    });

    expect(outcome).toMatchObject({ verdict: 'benchmark-failed', stopped: { reason: 'benchmark-failed-on-head' } });
    expect(outcome.stopped?.message).toContain('timeout');
  });
});
