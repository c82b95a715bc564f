import { describe, expect, it } from '@jest/globals';
import { parseTestReport } from './test.report.js';

describe('parseTestReport', () => {
  it('reads TAP', () => {
    const tap =
      'TAP version 13\nok 1 - adds\nnot ok 2 - subtracts\nok 3 - later # SKIP not now\nnot ok 4 - maybe # TODO\n1..4\n';

    expect(parseTestReport(tap)).toEqual({ passed: 2, failed: 1, skipped: 1, failures: ['subtracts'] });
  });

  it('reads the spec report of node --test, colours or not', () => {
    const spec =
      '✔ adds (0.5ms)\n\u001B[31m✖ subtracts (1.25ms)\u001B[39m\nℹ tests 2\nℹ pass 1\nℹ fail 1\nℹ skipped 0\n\n✖ failing tests:\n\n✖ subtracts (1.25ms)\n';

    expect(parseTestReport(spec)).toEqual({ passed: 1, failed: 1, skipped: 0, failures: ['subtracts'] });
  });

  it('reads Jest and Mocha', () => {
    expect(parseTestReport('  ● math › subtracts\n\nTests:       1 failed, 2 skipped, 3 passed, 6 total\n')).toEqual({
      passed: 3,
      failed: 1,
      skipped: 2,
      failures: ['math › subtracts'],
    });
    expect(parseTestReport('  3 passing (5ms)\n  1 failing\n')).toMatchObject({ passed: 3, failed: 1 });
  });

  it('says nothing of a report that it does not know', () => {
    expect(parseTestReport('all good')).toEqual({ failures: [] });
  });
});
