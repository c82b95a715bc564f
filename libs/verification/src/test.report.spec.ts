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

  it('reads unittest, several runs together', () => {
    const verbose = `test_adds (tests.Case.test_adds) ... ok
test_later (tests.Case.test_later) ... skipped 'not now'
test_subtracts (tests.Case.test_subtracts) ... FAIL
test_breaks (tests.Case.test_breaks) ... ERROR

======================================================================
ERROR: test_breaks (tests.Case.test_breaks)
----------------------------------------------------------------------
FAIL: test_subtracts (tests.Case.test_subtracts) [negative]
----------------------------------------------------------------------
Ran 4 tests in 0.001s

FAILED (failures=1, errors=1, skipped=1)
`;
    const failures = ['test_breaks (tests.Case.test_breaks)', 'test_subtracts (tests.Case.test_subtracts)'];

    expect(parseTestReport(verbose)).toEqual({ passed: 1, failed: 2, skipped: 1, failures });
    expect(parseTestReport(`${verbose}Ran 3 tests in 0.100s\n\nOK\n`)).toMatchObject({ passed: 4, failed: 2 });
    expect(parseTestReport(verbose.replaceAll('\n', '\r\n'))).toMatchObject({ passed: 1, failed: 2, failures });
    expect(parseTestReport('Ran 2 tests in 0.1s\n\nOK (skipped=1, expected failures=1)\n')).toMatchObject({
      passed: 1,
      failed: 0,
      skipped: 1,
    });
  });

  it('reads pytest, quiet or not', () => {
    const quiet = `.F.s                                                   [100%]
=========================== short test summary info ============================
FAILED tests/test_till.py::test_total[a b] - assert 1 == 2
1 failed, 2 passed, 1 skipped in 0.02s
`;

    expect(parseTestReport(quiet)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: ['tests/test_till.py::test_total[a b]'],
    });
    expect(parseTestReport('======== 3 passed, 2 warnings in 61.20s (0:01:01) ========')).toMatchObject({
      passed: 3,
      failed: 0,
      skipped: 0,
    });
    expect(parseTestReport('1 passed, 1 error in 0.02s')).toMatchObject({ passed: 1, failed: 1 });
  });

  it('says nothing of a report that it does not know', () => {
    expect(parseTestReport('all good')).toEqual({ failures: [] });
  });
});
