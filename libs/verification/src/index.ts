export type {
  CandidateIdentity,
  JudgedDraft,
  VerificationInput,
  VerificationOutcome,
  VerificationProgress,
} from './candidate.types.js';
export { hinderedCandidate, type Hindrance } from './hindered.candidate.js';
export { canonicalJson } from '@headroom/contracts';
export {
  EVIDENCE_SCHEMA,
  evidenceRecordSchema,
  type EvidenceRecord,
  type MeasurementRecord,
} from './evidence/evidence.schema.js';
export {
  addTrustedKeys,
  ensureKeyPair,
  keyIdOf,
  PRIVATE_KEY_FILE,
  readSigner,
  readTrustedKeys,
  signEvidence,
  TRUSTED_KEYS_FILE,
  verifyEvidence,
  type EvidenceCheck,
  type EvidenceFlaw,
  type Signer,
  type TrustedKeys,
} from './evidence/signing.js';
export {
  limitViolations,
  policyViolations,
  type PolicyLimits,
  type PolicyRule,
  type PolicyViolation,
} from '@headroom/workspace';
export { targetPolicyOf, targetPolicyViolations, type TargetPolicyFindings } from './gates/target.policy.js';
export type { Interval } from './statistics/bootstrap.js';
export type { Look } from './statistics/decision.js';
export { verifyCandidate } from './verify.candidate.js';
export { checkVerification, type VerificationCheck, type VerificationFlaw } from './evidence/verification.check.js';
export {
  measuredFigures,
  type ChangeInterval,
  type MeasuredFigures,
  type RoundCosts,
} from './evidence/measured.figures.js';
export { readFinding, readStory, type Story } from './notes/story.js';
export { judgeNote, noteRecordOf, MAX_NOTE_BYTES, type JudgedNote } from './notes/judge.note.js';
export { filledNote, noteFigures, type NoteFigures } from './notes/note.figures.js';
