import { isSourcePath, MODULE_SYMBOL, parseFunctionId } from '@headroom/source';
import type { AttributedCost } from './attribution.js';

/** Which functions are looked at. */
export interface CandidateBounds {
  /** Smallest share of the service's CPU worth a look, 0 to 1. @default 0.001 */
  readonly minimumShare?: number;
  /** Above it a function is the service's own work rather than one pattern in it. 0 to 1. @default 0.25 */
  readonly maximumShare?: number;
  /** Most functions, the dearest first. @default 30 */
  readonly functions?: number;
}

/** Which functions are looked at, and what the bounds left out. */
export interface Candidates {
  /** The functions in which it pays to look, the dearest first. */
  readonly chosen: readonly AttributedCost[];
  /** How many were left out, by reason. */
  readonly leftOut: CandidateFunnel;
}

/** What the bounds left out of the first-party functions that cost anything. */
export interface CandidateFunnel {
  /** Functions that no rule can read: another language, a frame without a name, code outside of every function. */
  readonly unreadable: number;
  /** Function identities above the largest share, the dearest first. */
  readonly aboveMaximum: readonly string[];
  readonly belowMinimum: number;
  /** Within the bounds, and too many. */
  readonly beyondMost: number;
}

/** Chooses by the bounds. `costs` is ordered by share, the largest first. */
export function candidatesOf(
  costs: readonly AttributedCost[],
  { minimumShare = 0.001, maximumShare = 0.25, functions = 30 }: CandidateBounds = {},
): Candidates {
  const dear = costs.filter(({ share }) => share > 0);
  const readable = dear.filter(({ id }) => isReadable(id));
  const below = readable.filter(({ share }) => share < minimumShare);
  const above = readable.filter(({ share }) => share > maximumShare);
  const within = readable.filter(({ share }) => share >= minimumShare && share <= maximumShare);
  return {
    chosen: within.slice(0, functions),
    leftOut: {
      unreadable: dear.length - readable.length,
      aboveMaximum: above.map(({ id }) => id),
      belowMinimum: below.length,
      beyondMost: Math.max(0, within.length - functions),
    },
  };
}

function isReadable(id: string): boolean {
  try {
    const { path, symbol } = parseFunctionId(id);
    return symbol !== MODULE_SYMBOL && isSourcePath(path);
  } catch {
    // A frame whose source could not be read carries the engine's name, which is no identity.
    return false;
  }
}
