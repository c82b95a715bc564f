import type { BlobRef, CaseKind, SkillRef, Stop, Verdict } from '@headroom/contracts';
import type { ServiceConfig, VerificationSettings } from '@headroom/platform';
import type { GitMirror, Sandbox } from '@headroom/workspace';
import type { EvidenceRecord, NoteRecord } from './evidence/evidence.schema.js';
import type { Signer } from './evidence/signing.js';
import type { TargetPolicyFindings } from './gates/target.policy.js';

/** Long work tells where it is. */
export interface VerificationProgress {
  phase: 'policy' | 'install' | 'build' | 'tests' | 'differential' | 'measure' | 'record';
  /** Finished rounds, for `measure`. */
  round?: number;
  /** Planned rounds at most, for `measure`. */
  of?: number;
}

/** What a record is about, and who signs it. */
export interface JudgedDraft {
  case: { caseId: string; attempt: number; kind: CaseKind; service: string; repository: string; subject: string };
  /** The draft.concluded event that is judged: its id, and its data as a blob. */
  draft: { id: string; blob: BlobRef };
  base: { branch: string; commit: string };
  skill?: SkillRef;
  signer: Signer;
  /** Version of the product, for the record. */
  toolVersion: string;
}

/** Which candidate a record is about. */
export interface CandidateIdentity extends JudgedDraft {
  /** Unified diff of git against the base. */
  patch: string;
  /** Set instead of a patch, which is then empty. */
  note?: NoteRecord;
  /** What the patch is. @default 'patch' */
  change?: 'patch' | 'revert' | 'config';
  /** Effects that the skill declares, for example `fewer-log-records:debug,info`. */
  allowedEffects: readonly string[];
}

/** The settings of a service that its verification follows. */
export type ServiceUnderTest = Pick<ServiceConfig, 'install' | 'build' | 'test' | 'benchmark' | 'policy'> & {
  repository?: Pick<ServiceConfig['repository'], 'path'>;
  /** @default {} */
  env?: ServiceConfig['env'];
};

/** What {@link verifyCandidate} judges, and with what. */
export interface VerificationInput extends CandidateIdentity {
  /** Repository-relative files that the case is about beside the subject's own, for example the root-cause change's. */
  relatedFiles?: readonly string[];
  /** Of a revert: the commit before the change that is taken back. What the code did there is no difference. */
  beforeCause?: string;
  /** Candidates of the draft that may be measured, this one included. @default 1 */
  candidates?: number;
  mirror: Pick<GitMirror, 'commitPatch' | 'treeOf' | 'exportTree' | 'readFile'>;
  service: ServiceUnderTest;
  verification: VerificationSettings;
  /** What the repository's own policy says about the candidate. @default nothing */
  targetPolicy?: Pick<TargetPolicyFindings, 'violations' | 'notes'>;
  sandbox: Sandbox;
  /** Runs the measurement while the caller keeps the host to it: host lock held, other lanes paused. */
  withQuietHost: <Result>(measure: () => Promise<Result>) => Promise<Result>;
  /** 32 bits. @default drawn at random; recorded */
  seed?: number;
  /** Cores that the rest of the host may use in an arm. @default BUSY_HOST_CORES */
  busyHostCores?: number;
  /** Folder for temporary files; they are removed at the end. @default the system's */
  workDir?: string;
  onProgress?: (progress: VerificationProgress) => void;
  signal?: AbortSignal;
}

/** What a verification found. */
export interface VerificationOutcome {
  verdict: Verdict;
  /** Set for every verdict that leads to no proposal: a stable reason and a sentence that says what to do. */
  stopped?: Stop;
  record: EvidenceRecord;
  /** The signed record, canonical JSON: the bytes of the evidence blob. */
  evidence: Uint8Array;
}
