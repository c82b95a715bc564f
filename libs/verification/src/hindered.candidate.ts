import type { Stop } from '@headroom/contracts';
import type { CandidateIdentity, VerificationOutcome } from './candidate.types.js';
import { emptyFindings } from './empty.findings.js';
import type { EvidenceRecord } from './evidence/evidence.schema.js';
import { signEvidence } from './evidence/signing.js';

/** Why a candidate could not be examined at all. */
export interface Hindrance {
  verdict: 'sandbox-unavailable' | 'error';
  /** A stable reason, and a sentence that says what to do. */
  stop: Stop;
}

/** The signed record of a candidate that could not be examined: it says so, and nothing about the candidate. */
export function hinderedCandidate(input: CandidateIdentity, hindrance: Hindrance): VerificationOutcome {
  const { verdict, stop } = hindrance;
  const record: EvidenceRecord = {
    ...emptyFindings(input, { sandbox: 'not-used', benchmarked: false }),
    hindered: hindrance,
    verdict,
    stopped: stop,
    endedAt: new Date().toISOString(),
  };
  return { verdict, stopped: stop, record, evidence: signEvidence(record, input.signer) };
}
