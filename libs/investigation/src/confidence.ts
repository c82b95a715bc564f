import type { RankedCandidate } from './ranking.js';

// A logistic curve, fitted to whether the first candidate was right in 64 tuning histories (docs/root-cause.md).
const CURVE = { base: -2.87, score: 3.61, lead: 4.28 } as const;

/** Probability that a named cause is right, 0 to 1: from its score and its lead over the next candidate. */
export function confidenceOf(top: RankedCandidate, second: RankedCandidate | undefined): number {
  const lead = top.score - (second?.score ?? 0);
  return 1 / (1 + Math.exp(-(CURVE.base + CURVE.score * top.score + CURVE.lead * lead)));
}
