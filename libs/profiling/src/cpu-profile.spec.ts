import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { HeadroomError } from '@headroom/contracts';
import { busyUs, functionCosts, parseCpuProfile, stacksFromCpuProfile, type Stacks } from './index.js';

type Json = Record<string, unknown>;

function callFrame(functionName: string, url = 'file:///app/src/a.js', lineNumber = 0, columnNumber = 0): Json {
  return { functionName, scriptId: '1', url, lineNumber, columnNumber };
}

/** A valid profile: `outer` calls `inner`; 10 µs idle in the middle. */
function valid(): Json {
  return {
    nodes: [
      { id: 1, callFrame: callFrame('(root)', '', -1, -1), hitCount: 0, children: [2, 4, 5] },
      { id: 2, callFrame: callFrame('outer', 'file:///app/src/a.js', 0, 14), hitCount: 1, children: [3] },
      {
        id: 3,
        callFrame: callFrame('inner', 'file:///app/src/a.js', 1, 14),
        hitCount: 2,
        positionTicks: [
          { line: 2, ticks: 1 },
          { line: 3, ticks: 1 },
        ],
      },
      { id: 4, callFrame: callFrame('(idle)', '', -1, -1), hitCount: 1 },
      { id: 5, callFrame: callFrame('(garbage collector)', '', -1, -1), hitCount: 1 },
    ],
    startTime: 1000,
    endTime: 1200,
    samples: [2, 3, 4, 3, 5],
    timeDeltas: [100, 10, 20, 10, 30],
  };
}

const SOURCE = 'function outer() { inner(); }\nfunction inner() {\n}\n';

function convert(profile: unknown): Stacks {
  return stacksFromCpuProfile(profile, {
    pathMap: { '/app': '' },
    readSource: (path) => (path === 'src/a.js' ? SOURCE : undefined),
  });
}

function edited(edit: (profile: Json & { nodes: Json[] }) => void): Json {
  const profile = valid() as Json & { nodes: Json[] };
  edit(profile);
  return profile;
}

function refusalOf(input: unknown): HeadroomError {
  try {
    parseCpuProfile(input, { name: 'upload 7' });
  } catch (error) {
    if (error instanceof HeadroomError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('reading a CPU profile', () => {
  it('weighs a sample by the time until the next one, the last until the end', () => {
    const stacks = convert(valid());

    const weights = [...stacks.stacks].map(({ frames, weight, samples }) => [
      frames.map((frame) => stacks.frames[frame]!.id).join(' > '),
      weight,
      samples,
    ]);
    expect(weights).toEqual([
      ['(garbage collector)', 30, 1],
      ['src/a.js:outer', 10, 1],
      ['src/a.js:outer > src/a.js:inner', 50, 2],
    ]);
    expect(stacks).toMatchObject({ format: 'headroom.stacks.v1', samples: 4, durationUs: 100, idleUs: 10 });
  });

  it('shares self time among lines by their samples', () => {
    const stacks = convert(valid());

    expect(stacks.lines.map(({ frame, line, weight }) => [stacks.frames[frame]!.id, line, weight])).toEqual([
      ['src/a.js:inner', 2, 25],
      ['src/a.js:inner', 3, 25],
    ]);
    expect(stacks.summary.unlocatedUs).toBe(10);
  });

  it('orders samples that the engine wrote out of order', () => {
    const stacks = convert(edited((profile) => (profile['timeDeltas'] = [100, 30, -20, 30, 30])));

    expect([...stacks.stacks].every(({ weight }) => weight >= 0)).toBe(true);
    expect(busyUs(stacks) + stacks.idleUs).toBe(stacks.durationUs);
  });

  it.each([
    ['text', JSON.stringify(valid())],
    ['bytes', new TextEncoder().encode(JSON.stringify(valid()))],
    ['a parsed value', valid()],
  ])('accepts %s', (_title, input) => {
    expect(convert(input)).toEqual(convert(valid()));
  });

  it.each<[string, unknown, string, string]>([
    ['nothing', undefined, '$', 'found nothing'],
    ['an empty file', '', '$', 'is empty'],
    ['a cut file', JSON.stringify(valid()).slice(0, 200), '$', 'is not JSON'],
    ['binary data', new Uint8Array([31, 139, 8, 0, 255]), '$', 'is not JSON'],
    ['a list', '[]', '$', 'must be an object'],
    ['no nodes', edited((p) => delete (p as Json)['nodes']), '$.nodes', 'must be an array'],
    ['empty nodes', edited((p) => (p.nodes = [])), '$.nodes', 'is empty'],
    ['a node that is null', edited((p) => (p.nodes[1] = null as unknown as Json)), '$.nodes[1]', 'found null'],
    [
      'a node without a frame',
      edited((p) => delete p.nodes[1]!['callFrame']),
      '$.nodes[1].callFrame',
      'must be an object',
    ],
    ['a text id', edited((p) => (p.nodes[1]!['id'] = '2')), '$.nodes[1].id', 'must be an integer'],
    ['a repeated id', edited((p) => (p.nodes[2]!['id'] = 2)), '$.nodes[2].id', 'repeats the id 2'],
    [
      'a numeric url',
      edited((p) => (p.nodes[1]!['callFrame'] = { ...callFrame('f'), url: 5 })),
      '$.nodes[1].callFrame.url',
      'must be a string, found 5',
    ],
    [
      'a missing name',
      edited((p) => (p.nodes[1]!['callFrame'] = { url: '', lineNumber: 0, columnNumber: 0 })),
      '$.nodes[1].callFrame.functionName',
      'found nothing',
    ],
    [
      'a broken line',
      edited((p) => (p.nodes[1]!['callFrame'] = callFrame('f', '', 0.5))),
      '$.nodes[1].callFrame.lineNumber',
      'must be an integer',
    ],
    ['an unknown child', edited((p) => (p.nodes[1]!['children'] = [99])), '$.nodes[1].children[0]', 'does not exist'],
    ['two parents', edited((p) => (p.nodes[3]!['children'] = [3])), '$.nodes[3].children[0]', 'second parent'],
    [
      'a cycle',
      edited((p) => p.nodes.forEach((node, index) => (node['children'] = [[4, 5], [3], [2], [], []][index]))),
      '$.nodes',
      'cycle',
    ],
    [
      'a node below itself',
      edited((p) => p.nodes.forEach((node, index) => (node['children'] = [[2, 5], [3], [], [4], []][index]))),
      '$.nodes',
      'cycle',
    ],
    [
      'negative ticks',
      edited((p) => (p.nodes[1]!['positionTicks'] = [{ line: 1, ticks: -1 }])),
      '$.nodes[1].positionTicks[0].ticks',
      'at least 0',
    ],
    ['no samples field', edited((p) => delete p['samples']), '$.samples', 'must be an array'],
    ['no samples', edited((p) => Object.assign(p, { samples: [], timeDeltas: [] })), '$.samples', 'is empty'],
    ['an unknown sample', edited((p) => (p['samples'] = [2, 3, 77, 3, 5])), '$.samples[2]', 'names the node 77'],
    ['no deltas', edited((p) => delete p['timeDeltas']), '$.timeDeltas', 'must be an array'],
    ['too few deltas', edited((p) => (p['timeDeltas'] = [1])), '$.timeDeltas', 'as long as samples (5), found 1'],
    [
      'a text delta',
      edited((p) => (p['timeDeltas'] = [1, 2, 'x', 3, 4])),
      '$.timeDeltas[2]',
      'finite number, found "x"',
    ],
    ['no start', edited((p) => delete p['startTime']), '$.startTime', 'finite number'],
    ['an end before the start', edited((p) => (p['endTime'] = 1)), '$.endTime', 'before startTime'],
  ])('refuses %s, with path and reason', (_title, input, path, reason) => {
    const refusal = refusalOf(input);

    expect(refusal).toMatchObject({ code: 'HEADROOM_PROFILE_INVALID', retryable: false });
    expect(refusal.details['path']).toBe(path);
    expect(refusal.message).toMatch(/^upload 7 is not a V8 CPU profile: /);
    expect(refusal.message).toContain(reason);
  });

  it('answers any JSON with stacks or a refusal, never with another error', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('nodes', 'samples', 'timeDeltas', 'startTime', 'endTime'),
        (value, field) => {
          expect(refusalOrStacks(value)).toBe(true);
          expect(refusalOrStacks({ ...valid(), [field]: value })).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a relative target', '../outside'],
    ['an absolute target', '/srv'],
  ])('refuses a path map that leaves the repository: %s', (_title, to) => {
    expect(() => stacksFromCpuProfile(valid(), { pathMap: { '/app': to }, readSource: () => undefined })).toThrow(
      expect.objectContaining({ code: 'HEADROOM_PATH_MAP_INVALID' }),
    );
  });

  it('keeps names of any length and content to one line', () => {
    const stacks = convert(edited((p) => (p.nodes[1]!['callFrame'] = callFrame(`RegExp: ${'a\n'.repeat(5000)}`, ''))));

    const id = stacks.frames.find((frame) => frame.id.startsWith('RegExp'))!.id;
    expect(id).not.toContain('\n');
    expect(id.length).toBeLessThanOrEqual(400);
  });

  it('trusts the name of the engine where a source map knows lines only', () => {
    const map = { version: 3, sources: ['../src/l.ts'], names: [], mappings: 'AAAA' };
    const files: Record<string, string> = {
      'dist/l.js': 'class Logger { write() { return 1; } read() { return 2; } }\n//# sourceMappingURL=l.js.map',
      'dist/l.js.map': JSON.stringify(map),
      'src/l.ts': 'class Logger { write(): number { return 1; } read(): number { return 2; } }',
    };
    const profile = edited((p) => (p.nodes[1]!['callFrame'] = callFrame('read', 'file:///app/dist/l.js', 0, 41)));

    const stacks = stacksFromCpuProfile(profile, { pathMap: { '/app': '' }, readSource: (path) => files[path] });

    expect(stacks.frames.map(({ id }) => id)).toContain('src/l.ts:Logger.read');
  });

  it('understands escaped, Windows and unusual locations', () => {
    const at = (url: string, pathMap: Record<string, string>): Stacks =>
      stacksFromCpuProfile(
        edited((p) => (p.nodes[2]!['callFrame'] = callFrame('f', url, 3, 1))),
        { pathMap, readSource: () => undefined },
      );
    const ids = (stacks: Stacks): string[] => stacks.frames.map((frame) => frame.id);

    expect(ids(at('file:///app/my%20src/%C3%A9.js', { '/app': '' }))).toContain('my src/é.js:f');
    expect(ids(at('file:///C:/app/a.js', { 'C:\\app': 'svc' }))).toContain('svc/a.js:f');
    expect(ids(at('file:///application/a.js', { '/app': 'x' }))).toContain('/application/a.js:f');
    expect(ids(at('/x/node_modules/.pnpm/left@1.0.0/node_modules/left/i.js', { '/x': '' }))).toContain(
      'node_modules/left/i.js:f',
    );
    expect(ids(at('file:///app/%zz.js', { '/app': '' }))).toContain('%zz.js:f');
    expect(at('evalmachine.<anonymous>', { '/': '' }).frames).toContainEqual(
      expect.objectContaining({ id: 'evalmachine.<anonymous>:f', origin: 'runtime' }),
    );
  });
});

function refusalOrStacks(input: unknown): boolean {
  try {
    return convert(input).format === 'headroom.stacks.v1';
  } catch (error) {
    return error instanceof HeadroomError && error.code === 'HEADROOM_PROFILE_INVALID';
  }
}

describe('conservation of time', () => {
  const arbitraryProfile = fc
    .record({
      parents: fc.array(fc.nat(), { minLength: 1, maxLength: 12 }),
      kinds: fc.array(fc.nat(5), { minLength: 12, maxLength: 12 }),
      samples: fc.array(fc.tuple(fc.nat(), fc.integer({ min: -5, max: 50 })), { minLength: 1, maxLength: 40 }),
      tail: fc.nat(100),
    })
    .map(({ parents, kinds, samples, tail }) => {
      const frames = [
        callFrame('outer', 'file:///app/src/a.js', 0, 14),
        callFrame('inner', 'file:///app/src/a.js', 1, 14),
        callFrame('', 'file:///app/src/a.js', 0, 20),
        callFrame('(idle)', '', -1, -1),
        callFrame('read', 'node:fs', 1, 1),
        callFrame('go', 'file:///app/node_modules/p/i.js', 1, 1),
      ];
      const nodes = parents.map((_, index) => ({
        id: index + 1,
        callFrame: frames[kinds[index]!]!,
        children: [] as number[],
      }));
      for (const [index, parent] of parents.entries()) if (index > 0) nodes[parent % index]!.children.push(index + 1);
      const timeDeltas = samples.map(([, delta]) => delta);
      const startTime = 10_000;
      const endTime = startTime + timeDeltas.reduce((sum, delta) => sum + Math.max(delta, 0), 0) + tail;
      return { nodes, startTime, endTime, samples: samples.map(([pick]) => (pick % nodes.length) + 1), timeDeltas };
    });

  it('self times sum to the non-idle time, lines never exceed their function, totals never fall below self', () => {
    fc.assert(
      fc.property(arbitraryProfile, (profile) => {
        const stacks = convert(profile);
        const costs = functionCosts(stacks, { cpuSeconds: 1, units: 1 });
        const self = costs.reduce((sum, cost) => sum + cost.selfShare, 0);
        expect(busyUs(stacks) + stacks.idleUs).toBe(stacks.durationUs);
        expect(self).toBeCloseTo(busyUs(stacks) > 0 ? 1 : 0, 9);
        for (const cost of costs) {
          expect(cost.totalShare).toBeGreaterThanOrEqual(cost.selfShare - 1e-12);
          expect(cost.totalShare).toBeLessThanOrEqual(1 + 1e-12);
        }
        expect(costs.reduce((sum, cost) => sum + cost.selfSamples, 0)).toBe(stacks.samples);
      }),
      { numRuns: 200 },
    );
  });
});
