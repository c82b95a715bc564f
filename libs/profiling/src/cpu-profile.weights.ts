import type { CpuProfile } from './cpu-profile.js';

/** Time and samples of one node itself, without its children. */
export interface NodeWeight {
  /** Microseconds. */
  weight: number;
  samples: number;
}

/** What each node of a profile weighs by itself. */
export interface ProfileWeights {
  /** By node id; nodes without a sample are absent. */
  readonly byNode: ReadonlyMap<number, NodeWeight>;
  /** From the first sample to the end of the profile, microseconds. */
  readonly durationUs: number;
}

/**
 * Weighs samples by time: a sample stands for the time until the **next** one (the last: until `endTime`), because the engine
 * was found in that stack and nothing else is known before the next look. So the time between `startTime` and the first sample,
 * while the profiler itself starts, counts for nothing. V8 can write samples out of order (negative deltas): they are ordered first.
 */
export function weighSamples(profile: CpuProfile): ProfileWeights {
  const stamped = stampedSamples(profile);
  const byNode = new Map<number, NodeWeight>();
  for (const [index, { node, at }] of stamped.entries()) {
    const until = stamped[index + 1]?.at ?? Math.max(at, profile.endTime);
    const entry = byNode.get(node) ?? { weight: 0, samples: 0 };
    entry.weight += until - at;
    entry.samples += 1;
    byNode.set(node, entry);
  }
  const first = stamped[0]!.at;
  return { byNode, durationUs: Math.max(profile.endTime, stamped.at(-1)!.at) - first };
}

function stampedSamples(profile: CpuProfile): { node: number; at: number }[] {
  let at = profile.startTime;
  const stamped = profile.samples.map((node, index) => {
    at += profile.timeDeltas[index]!;
    return { node, at };
  });
  return stamped.sort((a, b) => a.at - b.at);
}
