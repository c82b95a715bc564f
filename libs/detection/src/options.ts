/** The detector's rule, in numbers. Every one is a named configuration value. */
export interface AssessOptions {
  /** Quiet deployments needed before a change point. @default 8 */
  minBefore: number;
  /** Quiet deployments needed from the change point on. @default 4 */
  minAfter: number;
  /** A deployment during which the rest of the host used more cores than this is set aside. @default 0.2 */
  maxRestOfHostCores: number;
  /** A deployment with fewer samples than this says nothing about a function that is absent from it. @default 50 */
  minSamples: number;
  /** False discovery rate over the first-party functions of a service (Benjamini–Hochberg q). @default 0.01 */
  falseDiscoveryRate: number;
  /** Least growth, as a part of the service's CPU per unit of work before the change point. @default 0.02 */
  minServiceShare: number;
  /** Least growth where only shares are known, as a part of all CPU (0.02 = 2 percentage points). @default 0.02 */
  minShareGrowth: number;
  /** Least growth in standard deviations of the function between deployments. @default 6 */
  minSds: number;
  /** Part of a function's growth that one callee must carry for the callee to explain it. @default 0.8 */
  explainedPart: number;
  /** Callees that took at least this part of a finding's growth are listed with it. @default 0.05 */
  listedPart: number;
  /** Two findings of one chain are one shift when neither is more than this many times the other. @default 2 */
  sameShiftFactor: number;
  /** Removed items listed per filter, largest growth first; the counts are always complete. @default 50 */
  listedRemovals: number;
}

/** The default rule. */
export const defaultAssessOptions = {
  minBefore: 8,
  minAfter: 4,
  maxRestOfHostCores: 0.2,
  minSamples: 50,
  falseDiscoveryRate: 0.01,
  minServiceShare: 0.02,
  minShareGrowth: 0.02,
  minSds: 6,
  explainedPart: 0.8,
  listedPart: 0.05,
  sameShiftFactor: 2,
  listedRemovals: 50,
} satisfies AssessOptions;
