import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  Function as PprofFunction,
  Label,
  Line,
  Location,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import { readProfile, type ReadProfileOptions } from './read.profile.js';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (bytes: Uint8Array, options: Partial<ReadProfileOptions> = {}) =>
  readProfile(bytes, { pathMap: {}, fetchSource: async () => undefined, ...options });

/** A pprof whose figures can be followed by hand. */
function pprof({ type = 'cpu', unit = 'nanoseconds', drop = '' } = {}): Uint8Array {
  const strings = new StringTable();
  const s = (text: string): number => strings.dedup(text);
  const names = ['main', 'work', 'inlined', 'malloc'];
  const locations = [[1], [3, 2], [4]];
  return new Profile({
    stringTable: strings,
    sampleType: [
      new ValueType({ type: s('samples'), unit: s('count') }),
      new ValueType({ type: s(type), unit: s(unit) }),
    ],
    function: names.map(
      (name, index) => new PprofFunction({ id: index + 1, name: s(name), filename: s(`/app/${name}.py`) }),
    ),
    location: locations.map(
      (ids, index) =>
        new Location({ id: index + 1, line: ids.map((id) => new Line({ functionId: id, line: 10 * id })) }),
    ),
    sample: [
      new Sample({
        locationId: [2, 1],
        value: [3, 30_000_000],
        label: [new Label({ key: s('commit'), str: s('abc') })],
      }),
      new Sample({ locationId: [3, 2, 1], value: [1, 10_000_000] }),
    ],
    dropFrames: s(drop),
    timeNanos: 1_700_000_000_000_000_000n,
    durationNanos: 1_000_000_000,
    period: 10_000_000,
    periodType: new ValueType({ type: s('cpu'), unit: s('nanoseconds') }),
  }).encode();
}
const app = { pathMap: { '/app': 'src' } };

describe('a pprof', () => {
  it('becomes stacks with inlined functions as frames, its CPU time, stretch and labels', async () => {
    const { stacks, facts } = await read(gzipSync(pprof()), app);
    const chains = [...stacks.stacks].map(({ frames, weight, samples }) => [
      frames.map((frame) => stacks.frames[frame]!.id),
      weight,
      samples,
    ]);
    expect(chains).toEqual([
      [['src/main.py:main', 'src/work.py:work', 'src/inlined.py:inlined'], 30_000, 3],
      [['src/main.py:main', 'src/work.py:work', 'src/inlined.py:inlined', 'src/malloc.py:malloc'], 10_000, 1],
    ]);
    expect(stacks.lines.map(({ line, weight }) => [line, weight])).toEqual([
      [30, 30_000],
      [40, 10_000],
    ]);
    expect(facts).toMatchObject({
      format: 'pprof',
      sampleType: 'cpu',
      cpuSeconds: 0.04,
      startedAt: '2023-11-14T22:13:20.000Z',
      endedAt: '2023-11-14T22:13:21.000Z',
      labels: { commit: ['abc'] },
    });
  });

  it('leaves out what drop_frames names, its time staying with the caller', async () => {
    const { stacks } = await read(pprof({ drop: 'mal.*' }), app);
    expect(stacks.frames.map(({ id }) => id)).not.toContain('src/malloc.py:malloc');
    expect([...stacks.stacks].map(({ weight }) => weight)).toEqual([40_000]);
  });

  it('keeps all frames, and says so, where drop_frames could take for ever', async () => {
    const { stacks } = await read(pprof({ drop: '(a+)+b' }), app);
    expect(stacks.summary.problems.join()).toContain('drop_frames');
    expect(stacks.stacks).toHaveLength(2);
  });

  it('takes wall time without calling it CPU time', async () => {
    const { facts } = await read(pprof({ type: 'wall' }), app);
    expect(facts.sampleType).toBe('wall');
    expect(facts.cpuSeconds).toBeUndefined();
  });

  it('takes samples times period where no time is held', async () => {
    const { stacks, facts } = await read(pprof({ type: 'alloc_space', unit: 'bytes' }), app);
    expect(facts).toMatchObject({ sampleType: 'samples', cpuSeconds: 0.04 });
    expect(stacks.samples).toBe(4);
  });
});

describe('other formats', () => {
  it('reads collapsed stacks, of perf, py-spy and async-profiler', async () => {
    const text =
      'main (app.py:3);total (till/register.py:12) 7\ncom/example/Till.run_[j];java/util/HashMap.get_[j] 2\nmain;_raw_spin_lock_[k] 1\n';
    const { stacks, facts } = await read(encode(text), {
      pathMap: { 'app.py': 'app.py', till: 'src/till' },
      firstParty: ['com.example'],
    });
    const origin = Object.fromEntries(stacks.frames.map((frame) => [frame.id, frame.origin]));
    expect(facts.format).toBe('collapsed');
    expect(origin).toMatchObject({
      'app.py:main': 'first-party',
      'src/till/register.py:total': 'first-party',
      'com.example.Till.run': 'first-party',
      'java.util.HashMap.get': 'runtime',
      '_raw_spin_lock_[k]': 'runtime',
      main: 'third-party',
    });
    expect(stacks.samples).toBe(10);
  });

  it('takes samples without a frame, which py-spy writes as a count alone, as of an unknown function', async () => {
    const { stacks, facts } = await read(encode(' 3\nmain (app.py:3) 7\n'), { pathMap: { 'app.py': 'app.py' } });
    const weights = [...stacks.stacks].map(({ frames, samples }) => [stacks.frames[frames[0]!]!.id, samples]);

    expect(facts.format).toBe('collapsed');
    expect(weights).toEqual([
      ['(unknown)', 3],
      ['app.py:main', 7],
    ]);
  });

  it('reads sampled and evented speedscope profiles in their units', async () => {
    const document = {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      shared: {
        frames: [
          { name: 'main', file: '/app/a.rb', line: 1 },
          { name: 'work', file: '/app/a.rb' },
        ],
      },
      profiles: [
        { type: 'sampled', unit: 'milliseconds', startValue: 0, endValue: 5, samples: [[0, 1], [0]], weights: [3, 2] },
        {
          type: 'evented',
          unit: 'seconds',
          startValue: 0,
          endValue: 3,
          events: [
            { type: 'O', frame: 0, at: 0 },
            { type: 'O', frame: 1, at: 1 },
            { type: 'C', frame: 1, at: 3 },
            { type: 'C', frame: 0, at: 3 },
          ],
        },
      ],
    };
    const { stacks } = await read(encode(JSON.stringify(document)), app);
    expect([...stacks.stacks].map(({ weight }) => weight)).toEqual([1_002_000, 2_003_000]);
  });

  it.each<[string, Uint8Array, string]>([
    ['empty bytes', encode(''), 'is empty'],
    ['a truncated gzip', gzipSync(pprof()).subarray(0, 60), 'truncated or damaged'],
    ['a truncated pprof', pprof().subarray(0, -9), 'truncated'],
    ['a web page', encode('<!doctype html>\n<p>no</p>'), 'no profile of a known format'],
    ['JSON of another kind', encode('{"a":1}'), 'is not a V8 CPU profile'],
    ['a last line without its count', encode('a;b 3\na;'), 'line 2'],
    [
      'speedscope in bytes',
      encode('{"shared":{"frames":[]},"profiles":[{"type":"sampled","unit":"bytes"}]}'),
      'must be a unit of time',
    ],
  ])('refuses %s in one sentence', async (_what, bytes, reason) => {
    const error = await read(bytes).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'HEADROOM_PROFILE_INVALID' });
    expect((error as Error).message).toContain(reason);
  });

  it('unpacks no more than it may', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    await expect(read(bomb, { maxBytes: 1_000_000 })).rejects.toThrow('more than 1000000 bytes');
  });
});
