import { describe, expect, it } from '@jest/globals';
import type { RunRecords } from './behaviour.records.js';
import { compareBehaviour } from './behaviour.comparison.js';
import { watchPlan } from './watched.files.js';

type Call = readonly [id: string, args: string, result: string, where?: 'inner'];

function run(calls: readonly Call[], logs: Readonly<Record<string, number>> = {}): RunRecords {
  const records: RunRecords = {
    calls: new Map(),
    results: new Map(),
    logs: new Map(Object.entries(logs)),
    incomparable: new Map(),
    overflown: new Set(),
    unreadable: 0,
  };
  for (const [id, args, result, where] of calls) {
    const cases = records.calls.get(id) ?? new Map();
    records.calls.set(id, cases);
    const recorded = cases.get(args) ?? { outer: new Map<string, number>(), inner: new Map<string, number>(), args };
    cases.set(args, recorded);
    const counts = where ? recorded.inner : recorded.outer;
    counts.set(result, (counts.get(result) ?? 0) + 1);
    records.results.set(result, result);
  }
  return records;
}

const PLAN = watchPlan([
  {
    path: 'a.js',
    oldPath: 'a.js',
    base: 'export function f(x) { return g(x); }\nfunction g(x) { return x; }\n',
    head: 'export function f(x) { return g(x) + 0; }\nfunction g(x) { return x; }\n',
  },
]);

const compare = (base: RunRecords, head: RunRecords, baseAgain = base, allowedEffects: readonly string[] = []) =>
  compareBehaviour({ plan: PLAN, base, baseAgain, head, allowedEffects });

describe('compareBehaviour', () => {
  it('plans what both sides have, and knows what changed', () => {
    expect(PLAN).toMatchObject({ functions: ['a.js:f', 'a.js:g'], changed: ['a.js:f'], uncovered: [] });
  });

  it('finds nothing between equal runs', () => {
    const same = run([['a.js:f', '1', 'x']]);

    expect(compare(same, same)).toMatchObject({
      differences: [],
      untested: [],
      functions: [{ compared: 1 }, { compared: 0 }],
    });
  });

  it('compares the results of inner calls, not their number', () => {
    const base = run([
      ['a.js:f', '1', 'x'],
      ['a.js:g', '1', 'y', 'inner'],
      ['a.js:g', '1', 'y', 'inner'],
      ['a.js:g', '2', 'z', 'inner'],
    ]);

    expect(
      compare(
        base,
        run([
          ['a.js:f', '1', 'x'],
          ['a.js:g', '1', 'y', 'inner'],
        ]),
      ).differences,
    ).toEqual([]);
    expect(
      compare(
        base,
        run([
          ['a.js:f', '1', 'x'],
          ['a.js:g', '1', 'other', 'inner'],
        ]),
      ).differences,
    ).toMatchObject([{ of: 'return', subject: 'a.js:g' }]);
  });

  it('notices a call that the tests no longer see, and results that come in other numbers', () => {
    const base = run([
      ['a.js:f', '1', 'x'],
      ['a.js:f', '1', 'x'],
      ['a.js:f', '2', 'y'],
    ]);

    expect(
      compare(
        base,
        run([
          ['a.js:f', '1', 'x'],
          ['a.js:f', '1', 'x'],
        ]),
      ).differences,
    ).toMatchObject([{ of: 'call' }]);
    expect(
      compare(
        base,
        run([
          ['a.js:f', '1', 'x'],
          ['a.js:f', '2', 'y'],
        ]),
      ).differences,
    ).toMatchObject([{ of: 'return' }]);
  });

  it('masks what base itself does differently, and calls a changed function with nothing left untested', () => {
    const base = run([['a.js:f', '1', 'x']]);
    const again = run([['a.js:f', '1', 'other']]);
    const result = compare(base, run([['a.js:f', '1', 'third']]), again);

    expect(result.differences).toEqual([]);
    expect(result.masks).toHaveLength(1);
    expect(result.untested).toEqual([{ function: 'a.js:f', why: 'it differs between two runs of the base' }]);
  });

  it('masks log records by their words where base varies their numbers', () => {
    const calls: Call[] = [['a.js:f', '1', 'x']];
    const result = compare(
      run(calls, { 'info\ntook 12 ms': 1 }),
      run(calls, { 'info\ntook 14 ms': 1 }),
      run(calls, { 'info\ntook 13 ms': 1 }),
    );

    expect(result).toMatchObject({ differences: [], logRecords: { masked: 1 } });
  });

  it('masks the varying fields of structured records and compares the rest of them', () => {
    const calls: Call[] = [['a.js:f', '1', 'x']];
    const record = (id: string, total: number, level = 'info') =>
      `${level}\n${JSON.stringify({ level, msg: 'order', id, total })}`;
    const base = run(calls, { [record('kqz', 10)]: 1, [record('pwx', 20)]: 1, [record('w', 1, 'warn')]: 1 });
    const again = run(calls, { [record('abc', 10)]: 1, [record('def', 20)]: 1, [record('w', 1, 'warn')]: 1 });
    const head = (first: number, level = 'warn') =>
      run(calls, { [record('ghi', first)]: 1, [record('jkl', 20)]: 1, [record('w', 1, level)]: 1 });

    expect(compare(base, head(10), again)).toMatchObject({
      differences: [],
      masks: [expect.stringContaining('log field id of "order"')],
    });
    expect(compare(base, head(11), again).differences).toHaveLength(2);
    expect(compare(base, head(10, 'info'), again).differences.length).toBeGreaterThan(0);
  });

  it('lets only declared levels lose records', () => {
    const calls: Call[] = [['a.js:f', '1', 'x']];
    const base = run(calls, { 'info\na': 3, 'warn\nb': 2 });
    const effects = ['fewer-log-records:debug,info'];

    expect(compare(base, run(calls, { 'info\na': 1, 'warn\nb': 2 }), base, effects)).toMatchObject({
      differences: [],
      logRecords: { removed: { info: 2 } },
    });
    expect(compare(base, run(calls, { 'info\na': 3, 'warn\nb': 1 }), base, effects).differences).toHaveLength(1);
    expect(compare(base, run(calls, { 'info\na': 4, 'warn\nb': 2 }), base, effects).differences).toHaveLength(1);
  });

  it('calls a changed function untested that gives what cannot be compared, but not for functions of the same text', () => {
    const giving = (...what: string[]): RunRecords => ({
      ...run([['a.js:f', '1', 'x']]),
      incomparable: new Map([['a.js:f', new Set(what)]]),
    });
    const untested = (base: RunRecords, head: RunRecords): string[] =>
      compare(base, head).untested.map(({ why }) => why);

    expect(untested(giving('a function 1'), giving('a function 1'))).toEqual([]);
    expect(untested(giving('a function 1'), giving('a function 2'))).toEqual([
      'it gives a function, which cannot be compared',
    ]);
    expect(untested(giving('an iterator'), giving())).toEqual(['it gives an iterator, which cannot be compared']);
  });
});
