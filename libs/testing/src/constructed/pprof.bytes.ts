import { Function as PprofFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

/**
 * A pprof of CPU time: nanoseconds by stack, root first, each frame `name@file`, joined by `;`. Like what Pyroscope merges, it has one
 * sample type, and its time is when the stretch ends.
 */
export function pprofBytes(stacks: Readonly<Record<string, number>>, endMs: number, durationMs: number): Uint8Array {
  const strings = new StringTable();
  const text = (value: string): number => strings.dedup(value);
  const frames = [...new Set(Object.keys(stacks).flatMap((stack) => stack.split(';')))];
  const nanoseconds = new ValueType({ type: text('cpu'), unit: text('nanoseconds') });
  return new Profile({
    stringTable: strings,
    sampleType: [nanoseconds],
    function: frames.map((frame, index) => {
      const [name = '', file = ''] = frame.split('@');
      return new PprofFunction({ id: index + 1, name: text(name), filename: text(file) });
    }),
    location: frames.map(
      (_, index) => new Location({ id: index + 1, line: [new Line({ functionId: index + 1, line: 10 })] }),
    ),
    sample: Object.entries(stacks).map(([stack, value]) => {
      const ids = stack.split(';').map((frame) => frames.indexOf(frame) + 1);
      return new Sample({ locationId: ids.toReversed(), value: [value] });
    }),
    timeNanos: BigInt(endMs) * 1_000_000n,
    durationNanos: BigInt(durationMs) * 1_000_000n,
    period: 10_000_000,
    periodType: nanoseconds,
  }).encode();
}
