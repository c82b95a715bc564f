import type { Stacks } from '@headroom/profiling';
import type { RunPath } from './program.js';

/** Profile of a run, as the profiler would have kept it: weights in microseconds, `share` of ten seconds altogether. */
export function stacksOf(paths: readonly RunPath[], share = 1): Stacks {
  const ids = [...new Set(paths.flatMap(({ frames }) => frames))].sort();
  const at = new Map(ids.map((id, index) => [id, index]));
  const scale = (share * 1e7) / paths.reduce((sum, { cost }) => sum + cost, 0);
  const weighed = paths.map((path) => ({ ...path, weight: Math.max(1, Math.round(path.cost * scale)) }));
  const third = (id: string): boolean => id.startsWith('node_modules/');
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ids.map((id) => ({
      id,
      origin: third(id) ? 'third-party' : id.startsWith('node:') ? 'runtime' : 'first-party',
      ...(third(id) ? { package: id.split('/')[1]! } : {}),
      resolved: true,
    })),
    stacks: weighed.map(({ frames, weight }) => ({
      frames: frames.map((id) => at.get(id)!),
      weight,
      samples: Math.max(1, Math.round(weight / 1000)),
    })),
    lines: weighed.flatMap(({ frames, line, weight }) =>
      line === undefined ? [] : [{ frame: at.get(frames.at(-1)!)!, line, weight }],
    ),
    samples: Math.round(share * 10_000),
    durationUs: share * 1.2e7,
    idleUs: share * 2e6,
    summary: {
      firstPartyUs: 0,
      thirdPartyUs: 0,
      runtimeUs: 0,
      resolvedFrames: ids.length,
      unresolvedFrames: 0,
      unresolvedUs: 0,
      unlocatedUs: 0,
      unmappedUs: 0,
      unmappedFiles: [],
      problems: [],
    },
  };
}
