import { busyUs, type Stacks } from '@headroom/profiling';

/** What one first-party function is answerable for. */
export interface AttributedCost {
  /** Function identity. */
  readonly id: string;
  /** Share of non-idle time, 0 to 1: its own code, and the code of packages and of the runtime that it called. */
  readonly share: number;
}

/** First-party functions with the cost that they can do something about. */
export interface Attribution {
  /** By share, the largest first, then by id. Functions that only call others have a share of 0. */
  readonly functions: readonly AttributedCost[];
  /** Share of the stacks in which no first-party function stands. */
  readonly unattributed: number;
}

/**
 * Gives the time of each stack to its lowest first-party frame: what a shared leaf of the runtime or of a package costs is the
 * caller's to save. Recursion counts once, as each stack has one lowest frame.
 */
export function attributeCosts(stacks: Stacks): Attribution {
  const busy = busyUs(stacks);
  const own = new Map<string, number>();
  for (const frame of stacks.frames) if (frame.origin === 'first-party') own.set(frame.id, 0);
  let unattributed = 0;
  for (const { frames, weight } of stacks.stacks) {
    const lowest = frames.findLast((frame) => stacks.frames[frame]!.origin === 'first-party');
    if (lowest === undefined) unattributed += weight;
    else {
      const { id } = stacks.frames[lowest]!;
      own.set(id, own.get(id)! + weight);
    }
  }
  const share = (weight: number): number => (busy > 0 ? weight / busy : 0);
  const functions = [...own]
    .map(([id, weight]) => ({ id, share: share(weight) }))
    .sort((a, b) => b.share - a.share || (a.id < b.id ? -1 : 1));
  return { functions, unattributed: share(unattributed) };
}
