import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { StacksBuilder } from './stacks.builder.js';
import {
  aggregateCosts,
  calleesOf,
  callersOf,
  chainsOf,
  decodeStacks,
  diffCosts,
  diffEdges,
  diffLines,
  edgeCosts,
  encodeStacks,
  functionCosts,
  lineCosts,
  mergeStacks,
  type FrameOrigin,
  type Stacks,
} from './index.js';

const TOTALS = { durationUs: 0, idleUs: 0, unlocatedUs: 0, unmappedUs: 0, unmappedFiles: [], problems: [] };

/** Stacks from lines such as `main > work > log`, each with its weight; one sample for every 10 µs. */
function stacksOf(weights: Record<string, number>, lines: [string, number, number][] = []): Stacks {
  const builder = new StacksBuilder();
  for (const [path, weight] of Object.entries(weights)) {
    const frames = path.split(' > ').map((id) => ({ id, origin: originOf(id), resolved: true }));
    builder.stack(frames, weight, weight / 10);
  }
  for (const [id, line, weight] of lines) builder.line(id, line, weight);
  return builder.build(TOTALS);
}

function originOf(id: string): FrameOrigin {
  return id.startsWith('(') ? 'runtime' : 'first-party';
}

const before = stacksOf(
  { main: 10, 'main > work': 40, 'main > work > log': 20, 'main > other > log': 10, '(garbage collector)': 20 },
  [
    ['work', 7, 30],
    ['work', 8, 10],
  ],
);

/** A document as it is stored: plain JSON, changed freely. */
function asJson(stacks: Stacks): Stacks {
  return JSON.parse(JSON.stringify(stacks)) as Stacks;
}

describe('costs per unit of work', () => {
  it('are the share of non-idle time × CPU ÷ units, self and total, with samples', () => {
    const costs = functionCosts(before, { cpuSeconds: 5, units: 1000 });

    expect(costs.map(({ id }) => id)).toEqual(['main', 'work', 'log', '(garbage collector)', 'other']);
    expect(costs[1]).toEqual({
      id: 'work',
      origin: 'first-party',
      self: expect.closeTo(0.002, 12),
      total: expect.closeTo(0.003, 12),
      selfShare: 0.4,
      totalShare: 0.6,
      selfSamples: 4,
      totalSamples: 6,
    });
  });

  it('count a recursive function and a recursive edge once a stack', () => {
    const recursive = stacksOf({ 'main > f > f > f': 60, 'main > f': 40 });

    expect(functionCosts(recursive, { cpuSeconds: 1, units: 1 })[0]).toMatchObject({ id: 'f', self: 1, total: 1 });
    expect(edgeCosts(recursive, { cpuSeconds: 1, units: 1 })).toEqual([
      { caller: 'main', callee: 'f', cost: 1, share: 1, samples: 10 },
      { caller: 'f', callee: 'f', cost: 0.6, share: 0.6, samples: 6 },
    ]);
  });

  it('are known by line', () => {
    expect(lineCosts(before, { cpuSeconds: 10, units: 1 })).toEqual([
      { id: 'work', line: 7, cost: 3, share: 0.3 },
      { id: 'work', line: 8, cost: 1, share: 0.1 },
    ]);
  });

  it('are zero, not undefined, for a profile without work', () => {
    const empty = mergeStacks([]);

    expect(functionCosts(empty, { cpuSeconds: 1, units: 1 })).toEqual([]);
    expect(functionCosts(stacksOf({ main: 0 }), { cpuSeconds: 1, units: 1 })[0]).toMatchObject({
      self: 0,
      totalShare: 0,
    });
  });

  it.each([
    [{ cpuSeconds: -1, units: 1 }, 'cpuSeconds'],
    [{ cpuSeconds: Number.NaN, units: 1 }, 'cpuSeconds'],
    [{ cpuSeconds: 1, units: 0 }, 'units'],
    [{ cpuSeconds: 1, units: Number.POSITIVE_INFINITY }, 'units'],
  ])('are refused for %j', (work, field) => {
    expect(() => functionCosts(before, work)).toThrow(expect.objectContaining({ code: 'HEADROOM_WORK_INVALID' }));
    expect(() => aggregateCosts(before, work)).toThrow(field);
  });
});

describe('comparing costs', () => {
  const after = stacksOf(
    { main: 10, 'main > work': 40, 'main > work > log': 80, 'main > added': 20, '(garbage collector)': 20 },
    [
      ['work', 7, 5],
      ['added', 3, 20],
    ],
  );
  const old = aggregateCosts(before, { cpuSeconds: 1, units: 10 });
  const now = aggregateCosts(after, { cpuSeconds: 1.7, units: 10 });

  it('puts the largest rise first and knows what came and went', () => {
    const changes = diffCosts(old.functions, now.functions);

    expect(changes[0]).toMatchObject({ id: 'main', presence: 'both' });
    const log = changes.find(({ id }) => id === 'log')!;
    expect(log.total).toEqual({
      before: expect.closeTo(0.03, 12),
      after: expect.closeTo(0.08, 12),
      delta: expect.closeTo(0.05, 12),
      relative: expect.closeTo(5 / 3, 9),
    });
    expect(changes.find(({ id }) => id === 'added')).toMatchObject({
      presence: 'added',
      self: { before: 0, relative: undefined },
    });
    expect(changes.at(-1)).toMatchObject({ id: 'other', presence: 'removed', total: { after: 0, relative: -1 } });
  });

  it('works for edges and lines as well', () => {
    expect(diffEdges(old.edges, now.edges).find(({ callee }) => callee === 'log')).toMatchObject({
      caller: 'work',
      before: expect.closeTo(0.02, 12),
      after: expect.closeTo(0.08, 12),
    });
    expect(diffLines(old.lines, now.lines).map(({ id, line }) => `${id}:${line}`)).toEqual([
      'added:3',
      'work:8',
      'work:7',
    ]);
  });
});

describe('relations in stacks', () => {
  it('gives what a function calls, with the time that it takes there', () => {
    expect(calleesOf(before, 'main')).toEqual([
      { id: 'work', origin: 'first-party', weight: 60, samples: 6, distance: 1 },
      { id: 'log', origin: 'first-party', weight: 30, samples: 3, distance: 2 },
      { id: 'other', origin: 'first-party', weight: 10, samples: 1, distance: 1 },
    ]);
    expect(calleesOf(before, 'work')).toEqual([
      { id: 'log', origin: 'first-party', weight: 20, samples: 2, distance: 1 },
    ]);
  });

  it('gives who calls a function, and by which ways', () => {
    expect(callersOf(before, 'log').map(({ id, weight, distance }) => [id, weight, distance])).toEqual([
      ['main', 30, 2],
      ['work', 20, 1],
      ['other', 10, 1],
    ]);
    expect(chainsOf(before, 'log')).toEqual([
      { frames: ['main', 'work', 'log'], weight: 20, samples: 2 },
      { frames: ['main', 'other', 'log'], weight: 10, samples: 1 },
    ]);
  });

  it('ends a chain at the outermost occurrence of a recursive function', () => {
    const recursive = stacksOf({ 'main > f > g > f': 60, 'main > f': 40 });

    expect(chainsOf(recursive, 'f')).toEqual([{ frames: ['main', 'f'], weight: 100, samples: 10 }]);
    expect(calleesOf(recursive, 'f').map(({ id, weight }) => [id, weight])).toEqual([['g', 60]]);
    expect(callersOf(recursive, 'f').map(({ id, weight }) => [id, weight])).toEqual([
      ['main', 100],
      ['g', 60],
    ]);
  });

  it('knows nothing of a function that is not there', () => {
    expect([calleesOf(before, 'x'), callersOf(before, 'x'), chainsOf(before, 'x')]).toEqual([[], [], []]);
  });
});

describe('merging and storing stacks', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', '(gc)'), { minLength: 1, maxLength: 4 })
    .map((ids) => ids.join(' > '));
  const someStacks = fc
    .dictionary(
      path,
      fc.nat(50).map((n) => n * 10),
      { maxKeys: 8, noNullPrototype: true },
    )
    .map((weights) => stacksOf(weights));

  it('a merge keeps all time and samples, in any order of the profiles', () => {
    fc.assert(
      fc.property(fc.array(someStacks, { maxLength: 4 }), (profiles) => {
        const merged = mergeStacks(profiles);
        const sum = (stacks: Stacks): number => [...stacks.stacks].reduce((total, { weight }) => total + weight, 0);
        expect(sum(merged)).toBe(profiles.reduce((total, one) => total + sum(one), 0));
        expect(merged.samples).toBe(profiles.reduce((total, one) => total + one.samples, 0));
        expect(mergeStacks(profiles.toReversed())).toEqual(merged);
      }),
    );
  });

  it('any stacks come back from storage as they were, in the same bytes', () => {
    fc.assert(
      fc.property(someStacks, (stacks) => {
        expect(decodeStacks(encodeStacks(stacks))).toEqual(stacks);
        expect(encodeStacks(stacks)).toEqual(encodeStacks(asJson(stacks)));
      }),
    );
  });

  it('a frame that one of the profiles could not resolve stays unresolved', () => {
    const frame = { id: 'a.ts:f', origin: 'first-party', resolved: true } as const;
    const build = (resolved: boolean): Stacks => {
      const builder = new StacksBuilder();
      builder.stack([{ ...frame, resolved }], 10, 1);
      return builder.build({ ...TOTALS, problems: ['a.ts: no map'], durationUs: 20, idleUs: 10 });
    };

    const merged = mergeStacks([build(true), build(false)]);

    expect(merged.frames).toEqual([{ ...frame, resolved: false }]);
    expect(merged).toMatchObject({ durationUs: 40, idleUs: 20 });
    expect(merged.summary).toMatchObject({ unresolvedFrames: 1, unresolvedUs: 20, problems: ['a.ts: no map'] });
  });

  const packed = (change: (stacks: Record<string, unknown>) => void): Uint8Array => {
    const stacks = asJson(before) as unknown as Record<string, unknown>;
    change(stacks);
    return gzipSync(JSON.stringify(stacks));
  };

  it.each<[string, Uint8Array, string]>([
    ['no gzip', new TextEncoder().encode('{}'), '$'],
    ['no JSON', gzipSync('oops'), '$'],
    ['nothing', new Uint8Array(), '$'],
    ['another format', packed((s) => (s['format'] = 'headroom.stacks.v2')), '$.format'],
    ['another unit', packed((s) => (s['unit'] = 'samples')), '$.unit'],
    [
      'an unknown origin',
      packed((s) => (s['frames'] = [{ id: 'a', origin: 'mine', resolved: true }])),
      '$.frames[0].origin',
    ],
    [
      'repeated frames',
      packed((s) => (s['frames'] = [1, 2].map(() => ({ id: 'a', origin: 'runtime', resolved: true })))),
      '$.frames[1].id',
    ],
    [
      'a frame index out of range',
      packed((s) => (s['stacks'] = [{ frames: [0, 99], weight: 1, samples: 1 }])),
      '$.stacks[0].frames[1]',
    ],
    ['an empty stack', packed((s) => (s['stacks'] = [{ frames: [], weight: 1, samples: 1 }])), '$.stacks[0].frames'],
    [
      'a negative weight',
      packed((s) => (s['stacks'] = [{ frames: [0], weight: -1, samples: 1 }])),
      '$.stacks[0].weight',
    ],
    ['a wrong count', packed((s) => (s['samples'] = 3)), '$.samples'],
    ['a line zero', packed((s) => (s['lines'] = [{ frame: 0, line: 0, weight: 1 }])), '$.lines[0].line'],
    ['no summary', packed((s) => delete s['summary']), '$.summary'],
  ])('refuses %s, with the path', (_title, bytes, faulty) => {
    expect(() => decodeStacks(bytes)).toThrow(
      expect.objectContaining({ code: 'HEADROOM_STACKS_INVALID', details: expect.objectContaining({ path: faulty }) }),
    );
  });

  it('refuses what unpacks to more than it may', () => {
    const bomb = gzipSync(' '.repeat(1_000_000));

    expect(() => decodeStacks(bomb, { maxBytes: 100_000 })).toThrow('100000 bytes');
  });

  it('ignores fields of a later producer', () => {
    expect(decodeStacks(packed((stacks) => (stacks['later'] = 1)))).toEqual(before);
  });
});
