import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { VerificationOutcome } from './candidate.types.js';
import {
  candidateVerification,
  MEASURED,
  WIDE_POLICY,
  type CandidateVerification,
} from './testing/candidate.verification.js';

jest.setTimeout(600_000);

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

const SERVICE = {
  test: ['python3', '-m', 'unittest', '-v'],
  benchmark: { command: ['python3', 'bench/run.py', '{operations}'], operations: 6_000, harness: ['bench/**'] },
  policy: WIDE_POLICY,
};

let candidates: CandidateVerification;

beforeAll(async () => {
  candidates = await candidateVerification([{ message: 'first', files: FILES }], 'shop/till.py:Till.cheapest', {
    ...MEASURED,
    service: SERVICE,
  });
});
afterAll(() => candidates.close());

const verified = (from: string, to: string): Promise<VerificationOutcome> =>
  candidates.verify({ 'shop/till.py': TILL.replace(from, to) });

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
