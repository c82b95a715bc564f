import type { RankedCandidate } from './ranking.js';

// A logistic curve fitted to the named causes of the tuning histories (docs/root-cause.md).
const CURVE = { base: -1.5, score: 3, lead: 3 } as const;

/** Probability that a named cause is right, 0 to 1: from its score and its lead over the next candidate. */
export function confidenceOf(top: RankedCandidate, second: RankedCandidate | undefined): number {
  const lead = top.score - (second?.score ?? 0);
  return 1 / (1 + Math.exp(-(CURVE.base + CURVE.score * top.score + CURVE.lead * lead)));
}
