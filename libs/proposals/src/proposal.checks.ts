import { sha256, type Draft, type Stop } from '@headroom/contracts';
import {
  limitViolations,
  readStory,
  targetPolicyOf,
  verifyEvidence,
  type EvidenceRecord,
  type Story,
  type TrustedKeys,
} from '@headroom/verification';
import type { Forge } from './forge/forge.js';
import type { WriteProposalInput } from './proposal.input.js';
import type { BlobReader, ProvenChange } from './proven.change.js';

/** The record that a proposal rests on. */
type Kept = Pick<ProvenChange, 'record' | 'evidence' | 'evidenceBytes'>;

/** Why the policy that holds now does not want what was verified. */
export async function withheldBy(
  { record, patch }: { record: EvidenceRecord; patch?: string },
  policy: NonNullable<WriteProposalInput['policy']>,
): Promise<Stop | undefined> {
  const candidate = { kind: record.case.kind, skill: record.skill?.name };
  const { effective, violations } = await targetPolicyOf(candidate, policy);
  const broken =
    effective && patch !== undefined ? [...violations, ...limitViolations(patch, effective.policy)] : violations;
  const [first] = broken;
  if (!first) return undefined;
  const messages = [...new Set(broken.map(({ message }) => message))].join(' ');
  return { reason: first.rule, message: messages.slice(0, 4000) };
}

/**
 * What the case has been proposed with already. The first proposal of an attempt stays: `kept` is its record where it proves the
 * same (a verifier that measured again signs a second one), `message` says why something else is not written over it.
 */
export async function knownProposal(
  { record }: { record: EvidenceRecord },
  forge: Forge,
  trustedKeys: TrustedKeys,
): Promise<{ kept?: Kept } | { message: string }> {
  const evidenceBytes = await forge.find(record.case.caseId, 'evidence.json');
  if (!evidenceBytes) return {};
  const check = verifyEvidence(evidenceBytes, trustedKeys);
  if (!check.valid || check.record.case.caseId !== record.case.caseId) return {};
  const known = check.record;
  if (known.case.attempt < record.case.attempt) return {};
  if (known.case.attempt > record.case.attempt) {
    return { message: `The case has a proposal of attempt ${known.case.attempt}, which is later; it stays.` };
  }
  if (!provesTheSame(known, record)) {
    return { message: `The case has another proposal of attempt ${known.case.attempt}; the first one stays.` };
  }
  const evidence = { sha256: sha256(evidenceBytes), size: evidenceBytes.length, mediaType: 'application/json' };
  return { kept: { record: known, evidence, evidenceBytes } };
}

function provesTheSame(known: EvidenceRecord, record: EvidenceRecord): boolean {
  return (
    known.verdict === record.verdict &&
    known.base.commit === record.base.commit &&
    known.patch.sha256 === record.patch.sha256 &&
    known.note?.sha256 === record.note?.sha256 &&
    known.draft.blob.sha256 === record.draft.blob.sha256
  );
}

/** What came before the draft. */
export async function storyOf({ draft }: { draft: Draft }, blobs: BlobReader): Promise<Story> {
  return draft.dossier ? readStory(await blobs.get(draft.dossier), draft) : {};
}
