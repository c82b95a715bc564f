import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { ServiceUnderTest, VerificationInput, VerificationOutcome } from './candidate.types.js';
import {
  candidateVerification,
  DEFAULT_SETTINGS,
  WIDE_POLICY,
  type CandidateVerification,
} from './testing/candidate.verification.js';

jest.setTimeout(120_000);

const GREETING = `export function greet(name: string): string {
  const parts: string[] = [];
  for (const part of ['Hello', name]) parts.push(part);
  return parts.join(process.env['GREETING_SEPARATOR']);
}
`;
const BUILD = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
mkdirSync('dist', { recursive: true });
const source = readFileSync('src/greeting.ts', 'utf8');
if (source.includes('@ts-expect-failure')) throw new SyntaxError('does not compile');
writeFileSync('dist/greeting.js', stripTypeScriptTypes(source));
`;
const TEST = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../dist/greeting.js';
test('greets', () => assert.equal(greet('you'), 'Hello, you'));
`;
const SUBJECT = 'services/greeter/src/greeting.ts';
const FILES = {
  'package.json': '{"private":true}',
  [SUBJECT]: GREETING,
  'services/greeter/package.json': '{"type":"module","private":true}',
  'services/greeter/tools/compile.mjs': BUILD,
  'services/greeter/check/greeting.mjs': TEST,
  'services/greeter/load/run.mjs': '// the benchmark\n',
};
const SERVICE: ServiceUnderTest = {
  repository: { path: 'services/greeter' },
  build: ['node', 'tools/compile.mjs'],
  env: { GREETING_SEPARATOR: ', ', NODE_OPTIONS: '--enable-source-maps' },
  test: ['node', '--test', 'check/greeting.mjs'],
  policy: WIDE_POLICY,
};

let candidates: CandidateVerification;

beforeAll(async () => {
  candidates = await candidateVerification([{ message: 'first', files: FILES }], `${SUBJECT}:greet`, {
    service: SERVICE,
  });
});
afterAll(() => candidates.close());

const verified = (
  changes: Record<string, string>,
  service: Partial<ServiceUnderTest> = {},
  more: Partial<VerificationInput> = {},
): Promise<VerificationOutcome> => candidates.verify(changes, { service: { ...SERVICE, ...service }, ...more });

const shorter = {
  [SUBJECT]: GREETING.replace("for (const part of ['Hello', name]) parts.push(part);", "parts.push('Hello', name);"),
};

describe('verifyCandidate of a compiled service in a folder of its repository', () => {
  it('builds both sides there, with its variables, and compares what the compiled functions return', async () => {
    const { verdict, record } = await verified(shorter);

    expect(verdict).toBe('no-benchmark');
    expect(record.commands.map(({ stage }) => stage)).toEqual([
      'build-base',
      'build-head',
      'test-base',
      'test-head',
      'differential-build-base',
      'differential-base',
      'differential-build-base',
      'differential-base',
      'differential-build-head',
      'differential-head',
    ]);
    expect(record.differential?.functions).toMatchObject([{ id: `${SUBJECT}:greet`, compared: 1 }]);
    expect(record.environment).toEqual(SERVICE.env);
    expect(record.patch.files).toEqual([SUBJECT]);
  });

  it('sees a changed value through the build', async () => {
    const { verdict, stopped } = await verified(
      { [SUBJECT]: GREETING.replace("'Hello', name", "'Hello', name.trim() + ''") },
      { test: ['node', '-e', "import('./dist/greeting.js').then(({ greet }) => greet(' you '))"] },
    );

    expect(verdict).toBe('behaviour-changed');
    expect(stopped?.message).toContain(`${SUBJECT}:greet`);
  });

  it('says when the build fails with the patch, and when it fails without', async () => {
    const withPatch = await verified({ [SUBJECT]: `// @ts-expect-failure\n${GREETING}` });
    const without = await verified(shorter, { build: ['node', 'tools/missing.mjs'] });

    expect(withPatch).toMatchObject({ verdict: 'build-failed', stopped: { reason: 'build-failed' } });
    expect(withPatch.stopped?.message).toContain('does not compile');
    expect(without).toMatchObject({ verdict: 'build-failed-on-base', stopped: { reason: 'build-failed-on-base' } });
    expect(without.stopped?.message).toContain('missing.mjs');
  });

  it('gives commands nothing of the host but the configured variables', async () => {
    const { verdict } = await verified(shorter, { env: {} });

    expect(verdict).toBe('tests-failed-on-base');
  });

  it('refuses a candidate that edits the build, or the benchmark seen from the folder of the service', async () => {
    const benchmark = { command: ['node', 'load/run.mjs', '{operations}'], operations: 1, harness: ['load/**'] };
    const { verdict, record } = await verified(
      { ...shorter, 'services/greeter/tools/compile.mjs': '\n', 'services/greeter/load/run.mjs': '\n' },
      { benchmark },
    );

    expect(verdict).toBe('policy-refused');
    expect(record.policy.violations.map(({ rule, path }) => `${rule} ${path}`).sort()).toEqual([
      'benchmark-edited services/greeter/load/run.mjs',
      'protected-path services/greeter/tools/compile.mjs',
    ]);
  });

  it('names the key when the repository has no such folder', async () => {
    const { verdict, stopped } = await verified(shorter, { repository: { path: 'services/other' } });

    expect(verdict).toBe('install-failed');
    expect(stopped).toMatchObject({ reason: 'service-folder-missing' });
    expect(stopped?.message).toContain('services.*.repository.path');
  });

  it.each([
    [
      'output',
      { outputMiB: 1 },
      "const line = 'x'.repeat(1023) + '\\n'; for (let at = 0; at < 4096; at++) require('node:fs').writeSync(1, line);",
      'output-limit',
    ],
    [
      'memory',
      { memoryMiB: 256 },
      'const all = []; for (let at = 0; at < 60; at++) all.push(Buffer.alloc(16777216, at + 1)); setTimeout(() => 0, 3000);',
      'memory-limit',
    ],
  ])('holds commands to the configured %s', async (_, limits, code, outcome) => {
    const { verdict, stopped } = await verified(
      shorter,
      { test: ['node', '-e', code] },
      { verification: { ...DEFAULT_SETTINGS, limits: { ...DEFAULT_SETTINGS.limits, ...limits } } },
    );

    expect(verdict).toBe('tests-failed-on-base');
    expect(stopped?.message).toContain(outcome);
  });
});
