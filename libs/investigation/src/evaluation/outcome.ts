import type { Shape } from './scenario.js';

/** What is asked of a real repository: a change of it is the cause, or nothing that changed is. */
export type RealShape = 'real-change' | 'real-unexplained';

/** How one history was judged. */
export interface Outcome {
  shape: Shape | RealShape;
  seed: number;
  /** One change alone is the cause. */
  nameable: boolean;
  /** A cause was named. */
  named: boolean;
  /** The named cause is (one of) the true ones. */
  right: boolean;
  /** A true cause is among the first three. */
  inTopThree: boolean;
  /** Of the first candidate, whether it was named or not. */
  score: number;
  /** Its distance to the second score. */
  lead: number;
  /** The first candidate is (one of) the true ones, whether it was named or not. */
  firstRight: boolean;
  confidence?: number;
  /** The reason of an abstention, or what was named. */
  verdict: string;
  milliseconds: number;
}
