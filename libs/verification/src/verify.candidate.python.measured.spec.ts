import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '@headroom/contracts';
import { configSchema, hostMeasurementLock } from '@headroom/platform';
import { buildRepository } from '@headroom/testing';
import { createSandbox, openMirror, type GitMirror, type Sandbox } from '@headroom/workspace';
import type { VerificationOutcome } from './candidate.types.js';
import { ensureKeyPair, type Signer } from './evidence/signing.js';
import { verifyCandidate } from './verify.candidate.js';

jest.setTimeout(600_000);
const run = promisify(execFile);
const SETTINGS = configSchema.parse({ version: 1, services: {} }).verification;

const TILL = `import logging

log = logging.getLogger(__name__)


class Till:
    def __init__(self, name):
        self.name = name

    def cheapest(self, prices):
        """The lowest price."""
        log.info("%s prices", len(prices))
        return sorted(prices)[0]
`;

const FILES = {
  'shop/__init__.py': '',
  'shop/till.py': TILL,
  'tests/__init__.py': '',
  'tests/test_till.py': `import unittest
from shop.till import Till


class TillTest(unittest.TestCase):
    def test_cheapest(self):
        self.assertEqual(Till("a").cheapest([3, 1, 2]), 1)
        self.assertIn(Till("a").cheapest([1.0, 1, 2]), [1])
`,
  'bench/run.py': `import sys
from pathlib import Path
sys.path.insert(0, str(Path(__file__).parents[1]))
from shop.till import Till
till = Till("bench")
prices = [(7919 * each) % 10007 for each in range(2000)]
print(sum(till.cheapest(prices) for _ in range(int(sys.argv[1]))))
`,
};

let dir: string;
let bare: string;
let commit: string;
let mirror: GitMirror;
let sandbox: Sandbox;
let signer: Signer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  ({
    bare,
    commits: [commit = ''],
  } = await buildRepository(dir, [{ message: 'first', files: FILES }]));
  mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
  sandbox = await createSandbox({ mode: 'required' });
  ({ signer } = await ensureKeyPair(join(dir, 'keys')));
});

afterAll(async () => {
  await sandbox.close();
  await rm(dir, { recursive: true, force: true });
});

async function verified(from: string, to: string): Promise<VerificationOutcome> {
  const work = await mkdtemp(join(dir, 'edit-'));
  await run('git', ['clone', '-q', bare, '.'], { cwd: work });
  await writeFile(join(work, 'shop/till.py'), TILL.replace(from, to));
  const { stdout: patch } = await run('git', ['diff'], { cwd: work });
  return verifyCandidate({
    case: {
      caseId: 'opp-0123456789abcdef0123',
      attempt: 1,
      kind: 'opportunity',
      service: 'till',
      repository: 'shop/till',
      subject: 'shop/till.py:Till.cheapest',
    },
    draft: { id: 'draft-1', blob: { sha256: sha256(patch), size: 1, mediaType: 'application/json' } },
    base: { branch: 'main', commit },
    patch,
    allowedEffects: [],
    mirror,
    service: {
      test: ['python3', '-m', 'unittest', '-v'],
      benchmark: { command: ['python3', 'bench/run.py', '{operations}'], operations: 6_000, harness: ['bench/**'] },
      policy: { maxFiles: 10, maxChangedLines: 400, protect: [] },
    },
    verification: { ...SETTINGS, looks: [6, 12], testTimeoutMs: 60_000, armTimeoutMs: 60_000, minimumEffect: 0.01 },
    sandbox,
    signer,
    toolVersion: '0.0.0',
    seed: 7,
    withQuietHost: async (measure) => {
      const lock = await hostMeasurementLock().acquire('specification');
      try {
        return await measure();
      } finally {
        lock.release();
      }
    },
  });
}

// On a busy machine no verdict can be had, and saying so is right; any other verdict would be wrong.
describe('verifyCandidate, of a Python service', () => {
  it('proves a candidate that is faster and does the same', async () => {
    const { verdict, record } = await verified('sorted(prices)[0]', 'min(prices)');

    expect(['improved', 'invalid-noisy']).toContain(verdict);
    expect(record.tests).toMatchObject({ base: { passed: 1, failed: 0 }, head: { passed: 1, failed: 0 } });
    expect(record.differential).toMatchObject({
      functions: [{ id: 'shop/till.py:Till.cheapest', changed: true, compared: 2 }],
      logRecords: { base: 2, head: 2 },
      differences: [],
      untested: [],
    });
    if (verdict === 'improved') expect(record.measurement?.looks.at(-1)?.cpu.high).toBeLessThan(-0.3);
  });

  it('refuses one that returns something else, though the tests pass', async () => {
    const { verdict, record } = await verified('sorted(prices)[0]', 'float(min(prices))');

    expect(verdict).toBe('behaviour-changed');
    expect(record.differential?.differences[0]).toMatchObject({
      of: 'return',
      subject: 'shop/till.py:Till.cheapest',
      message: 'with arguments [[3,1,2,],] the base returns 1, the patch returns 1.0.',
    });
  });

  it('refuses one that no longer logs what it did', async () => {
    const outcome = await verified('        log.info("%s prices", len(prices))\n', '');

    expect(outcome.verdict).toBe('behaviour-changed');
    expect(outcome.record.differential?.differences[0]).toMatchObject({ of: 'log', subject: 'info log record' });
  });
});
