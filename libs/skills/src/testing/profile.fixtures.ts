import type { FrameOrigin, Stacks } from '@headroom/profiling';

const nothing = { thirdPartyUs: 0, runtimeUs: 0, unresolvedFrames: 0, unresolvedUs: 0, unlocatedUs: 0, unmappedUs: 0 };

function originOf(id: string): FrameOrigin {
  if (id.startsWith('node_modules/')) return 'third-party';
  return /\.(?:[cm]?[jt]sx?|py|go|java):/.test(id) && !id.startsWith('node:') ? 'first-party' : 'runtime';
}

/** Stacks made of frames from the root to the leaf, with the time of each, microseconds. */
export function profileOf(stacks: readonly (readonly [frames: readonly string[], weight: number])[]): Stacks {
  const ids = [...new Set(stacks.flatMap(([frames]) => frames))].sort();
  const weight = stacks.reduce((sum, [, each]) => sum + each, 0);
  return {
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ids.map((id) => ({ id, origin: originOf(id), resolved: true })),
    stacks: stacks.map(([frames, each]) => ({
      frames: frames.map((id) => ids.indexOf(id)),
      weight: each,
      samples: Math.round(each / 1000),
    })),
    lines: [],
    samples: Math.round(weight / 1000),
    durationUs: weight,
    idleUs: 0,
    summary: { ...nothing, firstPartyUs: weight, resolvedFrames: ids.length, unmappedFiles: [], problems: [] },
  };
}
