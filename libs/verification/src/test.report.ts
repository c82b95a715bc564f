import { stripVTControlCharacters } from 'node:util';
import type { TestsSummary } from './evidence/evidence.schema.js';

type Counts = Pick<TestsSummary, 'passed' | 'failed' | 'skipped' | 'failures'>;

const MAX_FAILURES = 100;

/**
 * What a test run says of itself, where its report is known: TAP, the reports of `node --test`, Jest, Vitest, Mocha, unittest and
 * pytest. Counts are missing where none was found; the exit code decides in any case.
 */
export function parseTestReport(output: string): Counts {
  const lines = stripVTControlCharacters(output).split(/\r?\n/);
  const failures = failuresOf(lines);
  const counts =
    nodeCounts(lines) ?? runnerCounts(lines) ?? unittestCounts(lines) ?? pytestCounts(lines) ?? tapCounts(lines);
  return { ...counts, failures: [...new Set(failures)].slice(0, MAX_FAILURES) };
}

const FAILURE_LINES: readonly RegExp[] = [
  /^\s*not ok \d+(?: -)? (?<name>.+?)(?:\s+# (?!TODO|SKIP).*)?$/i,
  /^\s*[✖✗✕×] (?<name>(?!failing tests:).+?)(?: \(\d+(?:\.\d+)?\s*m?s\))?$/,
  /^\s*● (?<name>.+ › .+)$/,
  /^\s*FAIL\s+(?<name>\S.* > .+)$/,
  // unittest: `FAIL: test_x (tests.Case.test_x)`; pytest: `FAILED tests/test_x.py::test_x - AssertionError`.
  /^(?:FAIL|ERROR): (?<name>\S+ \(.+\))(?: .*)?$/,
  /^(?:FAILED|ERROR) (?<name>\S+\.py(?:::.+?)?)(?: - .*)?$/,
];

function failuresOf(lines: readonly string[]): string[] {
  const names: string[] = [];
  for (const line of lines) {
    if (/# (?:TODO|SKIP)\b/i.test(line)) continue;
    const match = FAILURE_LINES.map((pattern) => pattern.exec(line)).find(Boolean);
    const name = match?.groups?.['name']?.trim();
    if (name) names.push(name.slice(0, 300));
  }
  return names;
}

/** The closing lines of `node --test`: `# pass 3` in TAP, `ℹ pass 3` in the spec report. */
function nodeCounts(lines: readonly string[]): Partial<Counts> | undefined {
  const found = new Map<string, number>();
  for (const line of lines) {
    const [, word, count] = /^(?:#|ℹ) (pass|fail|skipped) (\d+)$/.exec(line) ?? [];
    if (word !== undefined) found.set(word, Number(count));
  }
  if (!found.has('pass')) return undefined;
  return { passed: found.get('pass'), failed: found.get('fail'), skipped: found.get('skipped') };
}

/** `Tests: 1 failed, 2 passed` of Jest and Vitest, `3 passing` of Mocha. */
function runnerCounts(lines: readonly string[]): Partial<Counts> | undefined {
  const summary = lines.findLast((line) => /^\s*Tests:?\s+.*\d+ (?:passed|failed)/.test(line));
  const text = summary ?? lines.filter((line) => /^\s*\d+ (?:passing|failing|pending)\b/.test(line)).join(' ');
  const count = (words: string): number | undefined => {
    const found = new RegExp(String.raw`(\d+) (?:${words})\b`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [passed, failed] = [count('passed|passing'), count('failed|failing')];
  if (passed === undefined && failed === undefined) return undefined;
  return { passed: passed ?? 0, failed: failed ?? 0, skipped: count('skipped|pending|todo') ?? 0 };
}

/** `Ran 3 tests in 0.001s`, then `OK (skipped=1)` or `FAILED (failures=1, errors=1)`, once for each run. */
function unittestCounts(lines: readonly string[]): Partial<Counts> | undefined {
  const total = { passed: 0, failed: 0, skipped: 0 };
  let ran: number | undefined;
  let found = false;
  for (const line of lines) {
    const count = /^Ran (\d+) tests? in /.exec(line)?.[1];
    if (count !== undefined) ran = Number(count);
    const [, details] = /^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/.exec(line) ?? [];
    if (ran === undefined || !/^(?:OK|FAILED|NO TESTS RAN)\b/.test(line)) continue;
    const of = (word: string): number =>
      Number(new RegExp(String.raw`(?:^|, )${word}=(\d+)`).exec(details ?? '')?.[1] ?? 0);
    const failed = of('failures') + of('errors') + of('unexpected successes');
    total.failed += failed;
    total.skipped += of('skipped');
    total.passed += Math.max(0, ran - failed - of('skipped'));
    [ran, found] = [undefined, true];
  }
  return found ? total : undefined;
}

/** The closing line of pytest, in bars or, with -q, without: `1 failed, 2 passed, 1 skipped in 0.02s`. */
function pytestCounts(lines: readonly string[]): Partial<Counts> | undefined {
  const summary = lines.findLast((line) => /^(?:=+ )?(?:\d+ [a-z]+, )*\d+ [a-z]+ in \d[\d.]*s\b/.test(line));
  if (summary === undefined) return undefined;
  const count = (...words: string[]): number =>
    words.reduce((sum, word) => sum + Number(new RegExp(String.raw`\b(\d+) ${word}\b`).exec(summary)?.[1] ?? 0), 0);
  return {
    passed: count('passed', 'xpassed'),
    failed: count('failed', 'errors?'),
    skipped: count('skipped', 'xfailed', 'deselected'),
  };
}

function tapCounts(lines: readonly string[]): Partial<Counts> {
  const points = lines.filter((line) => /^(?:not )?ok \d+\b/.test(line));
  if (points.length === 0) return {};
  const failed = points.filter((line) => line.startsWith('not ok') && !/# (?:TODO|SKIP)\b/i.test(line)).length;
  const skipped = points.filter((line) => /# SKIP\b/i.test(line)).length;
  return { passed: points.length - failed - skipped, failed, skipped };
}
