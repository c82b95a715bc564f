import { describe, expect, it } from '@jest/globals';
import type { SandboxResult } from '@headroom/workspace';
import type { RunRecords } from './behaviour.records.js';
import { examineBehaviour } from './behaviour.examination.js';

const texts = (a: string, b: string): string => `export function a() { ${a} }\nexport function b() { ${b} }\n`;
const BEFORE = texts('old', 'old');
const BASE = texts('new', 'new');
const HEAD = texts('old', 'other');

/** What a run did that gave these results, of `a` for many arguments. */
function run(a: string, b: string): RunRecords {
  const one = (result: string, args: string) => ({ outer: new Map([[result, 1]]), inner: new Map(), args });
  const many = Array.from({ length: 60 }, (_, at) => [`${at}`, one(a, `[${at}]`)] as const);
  return {
    calls: new Map([
      ['a.ts:a', new Map(many)],
      ['a.ts:b', new Map([['0', one(b, '[]')]])],
    ]),
    results: new Map(),
    logs: new Map(),
    incomparable: new Map(),
    overflown: new Set(),
    unreadable: 0,
  };
}

const ended = { exitCode: 0, outcome: 'exited' } as SandboxResult;

describe('of a revert', () => {
  it('many differences that its cause explains hide none that it does not', async () => {
    const found = await examineBehaviour({
      files: [{ path: 'a.ts', oldPath: 'a.ts', base: BASE, head: HEAD }],
      allowedEffects: [],
      change: 'revert',
      before: { commit: 'c'.repeat(40), texts: new Map([['a.ts', BEFORE]]) },
      record: async (side, { texts: written }) => {
        const isBefore = side === 'base' && written.get('a.ts')?.includes('old');
        const records = side === 'head' ? run('old', 'other') : isBefore ? run('old', 'old') : run('new', 'new');
        return { result: ended, records };
      },
      failure: () => 'the tests fail',
    });

    expect(found.differences).toMatchObject([{ subject: 'a.ts:b' }]);
    expect(found.restored?.differences).toHaveLength(50);
  });
});
