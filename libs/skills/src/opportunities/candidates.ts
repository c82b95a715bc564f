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

/** The functions in which it pays to look, the dearest first. Functions that no rule can read are left out. */
export function candidatesOf(
  costs: readonly AttributedCost[],
  { minimumShare = 0.001, maximumShare = 0.25, functions = 30 }: CandidateBounds = {},
): AttributedCost[] {
  return costs
    .filter(({ id, share }) => share >= minimumShare && share <= maximumShare && isReadable(id))
    .slice(0, functions);
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
