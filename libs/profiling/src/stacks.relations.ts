import type { FrameOrigin, Stacks } from './stacks.js';

/** A function that lies above or below another one in stacks. */
export interface RelatedFunction {
  readonly id: string;
  readonly origin: FrameOrigin;
  /** Time of all stacks with this relation, microseconds; a stack counts once. */
  readonly weight: number;
  readonly samples: number;
  /** Fewest calls between the two: 1 for a direct caller or callee. */
  readonly distance: number;
}

/** One way from the root to a function. */
export interface CallChain {
  /** Ids from the root to the function's outermost occurrence. */
  readonly frames: readonly string[];
  /** Microseconds, what lies below included. */
  readonly weight: number;
  readonly samples: number;
}

/**
 * Functions below a function (below its outermost occurrence in a stack), with the time that they and all they call take there.
 * The heaviest first, then the nearest. Empty for an id that the stacks do not hold.
 */
export function calleesOf(stacks: Stacks, frameId: string): RelatedFunction[] {
  return related(stacks, frameId, (frames, frame) => frames.slice(frames.indexOf(frame) + 1));
}

/** Functions above a function (above its innermost occurrence), with the time that it and all it calls take there. The heaviest first. */
export function callersOf(stacks: Stacks, frameId: string): RelatedFunction[] {
  return related(stacks, frameId, (frames, frame) => frames.slice(0, frames.lastIndexOf(frame)).reverse());
}

function related(
  stacks: Stacks,
  frameId: string,
  neighbours: (frames: readonly number[], frame: number) => readonly number[],
): RelatedFunction[] {
  const frame = stacks.frames.findIndex((one) => one.id === frameId);
  const sums = new Map<number, { weight: number; samples: number; distance: number }>();
  for (const stack of stacks.stacks) {
    if (!stack.frames.includes(frame)) continue;
    for (const [other, distance] of nearest(neighbours(stack.frames, frame))) {
      if (other === frame) continue;
      const sum = sums.get(other) ?? { weight: 0, samples: 0, distance };
      sum.weight += stack.weight;
      sum.samples += stack.samples;
      sum.distance = Math.min(sum.distance, distance);
      sums.set(other, sum);
    }
  }
  return [...sums]
    .map(([other, sum]) => ({ id: stacks.frames[other]!.id, origin: stacks.frames[other]!.origin, ...sum }))
    .sort((a, b) => b.weight - a.weight || a.distance - b.distance || (a.id < b.id ? -1 : 1));
}

function nearest(frames: readonly number[]): Map<number, number> {
  const distances = new Map<number, number>();
  for (const [index, frame] of frames.entries()) if (!distances.has(frame)) distances.set(frame, index + 1);
  return distances;
}

/** All ways from the root to a function, the heaviest first. Empty for an id that the stacks do not hold. */
export function chainsOf(stacks: Stacks, frameId: string): CallChain[] {
  const frame = stacks.frames.findIndex((one) => one.id === frameId);
  const chains = new Map<string, { frames: readonly number[]; weight: number; samples: number }>();
  for (const stack of stacks.stacks) {
    const position = stack.frames.indexOf(frame);
    if (position < 0) continue;
    const frames = stack.frames.slice(0, position + 1);
    const key = frames.join(',');
    const chain = chains.get(key) ?? { frames, weight: 0, samples: 0 };
    chain.weight += stack.weight;
    chain.samples += stack.samples;
    chains.set(key, chain);
  }
  return [...chains.values()]
    .sort((a, b) => b.weight - a.weight || a.frames.length - b.frames.length)
    .map(({ frames, weight, samples }) => ({ frames: frames.map((one) => stacks.frames[one]!.id), weight, samples }));
}
