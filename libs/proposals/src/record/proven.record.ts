import type { BlobRef, SkillRef, Verdict } from '@headroom/contracts';

/** A share with its interval: -0.25 = a quarter less. */
export interface ChangeInterval {
  estimate: number;
  low: number;
  high: number;
}

/** CPU seconds per operation of the three arms in one round. */
export interface RoundCosts {
  base: number;
  head: number;
  /** The second copy of the base. */
  control: number;
  /** Why the round does not count; absent = it counts. */
  discarded?: string;
}

/** Outcome of the repository's own tests on one tree. */
export interface TestCounts {
  passed?: number;
  failed?: number;
}

/** A command as it was run, words as in the configuration. */
export type CommandWords = readonly string[];

/** What a proposal tells of a signed record. Every figure is one of the record, or follows from its samples. */
export interface ProvenRecord {
  caseId: string;
  attempt: number;
  repository: string;
  subject: string;
  base: { branch?: string; commit: string };
  /** Tree of the candidate, as tested and measured. */
  headTree?: string;
  patchDigest: string;
  /** The draft.concluded event that was judged. */
  draft: BlobRef;
  skill?: SkillRef;
  /** Declared by the skill, for example `fewer-log-records:debug,info`. */
  allowedEffects: readonly string[];
  verdict: Verdict;
  /** Coverage of the intervals, for example 0.975. */
  level: number;
  /** CPU per operation, head against base. */
  cpu: ChangeInterval;
  control: ChangeInterval;
  wall?: ChangeInterval;
  noiseFloor: number;
  requiredEffect: number;
  /** All rounds in the order they ran. */
  rounds: readonly RoundCosts[];
  operations: number;
  tests?: { base: TestCounts; head: TestCounts };
  /** How return values and log records of base and head compared. */
  differential?: { functions: number; returns: number; logRecords: number; masked: number; fewerRecords: number };
  commands: { test?: CommandWords; benchmark?: CommandWords };
  /** `none` = without a sandbox. */
  sandbox: string;
  host: { hostClass: string; cpuModel?: string; cores?: number; node?: string };
  seed: number;
  /** RFC 3339. */
  endedAt: string;
  toolVersion: string;
  signer: string;
}
