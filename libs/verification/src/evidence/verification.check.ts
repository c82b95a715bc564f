import { sha256, type Verification } from '@headroom/contracts';
import type { EvidenceRecord } from './evidence.schema.js';
import { verifyEvidence, type EvidenceFlaw, type TrustedKeys } from './signing.js';

/** Why a `verification.concluded` is not believed. */
export type VerificationFlaw = EvidenceFlaw | 'event-mismatch';

/** What checking an event against its record found. */
export type VerificationCheck =
  { valid: true; record: EvidenceRecord } | { valid: false; reason: VerificationFlaw; message: string };

/**
 * Checks a `verification.concluded` against the record that it names: the record is the one that was named, verifies, and
 * says the same about the same case, attempt, draft, base, patch and note.
 */
export function checkVerification(data: Verification, bytes: Uint8Array, trustedKeys: TrustedKeys): VerificationCheck {
  if (!data.evidence || sha256(bytes) !== data.evidence.sha256) {
    return { valid: false, reason: 'event-mismatch', message: 'The event names another evidence record.' };
  }
  const check = verifyEvidence(bytes, trustedKeys);
  if (!check.valid) return check;
  const { record } = check;
  const compared: [field: string, event: unknown, record: unknown][] = [
    ['case', data.case.caseId, record.case.caseId],
    ['attempt', data.case.attempt, record.case.attempt],
    ['kind', data.kind, record.case.kind],
    ['service', data.service, record.case.service],
    ['repository', data.repository, record.case.repository],
    ['subject', data.subject, record.case.subject],
    ['draft', data.draftId, record.draft.id],
    ['base', data.base?.commit, record.base.commit],
    ['patch', data.patch?.sha256, record.note ? undefined : record.patch.sha256],
    ['note', data.note?.sha256, record.note?.sha256],
    ['verdict', data.verdict, record.verdict],
  ];
  const different = compared.find(([, event, recorded]) => event !== recorded);
  if (!different) return { valid: true, record };
  const [field, event, recorded] = different;
  const message = `The event says ${field} "${String(event)}", its evidence record says "${String(recorded)}".`;
  return { valid: false, reason: 'event-mismatch', message };
}
