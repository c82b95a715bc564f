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
 * The record that the proposal rests on already, when it proves the same change: a verifier that measured again signs a second
 * record, and a proposal keeps the first that it was written from.
 */
export async function keptEvidence(
  { record }: { record: EvidenceRecord },
  forge: Forge,
  trustedKeys: TrustedKeys,
): Promise<Pick<ProvenChange, 'record' | 'evidence' | 'evidenceBytes'> | undefined> {
  const evidenceBytes = await forge.find(record.case.caseId, 'evidence.json');
  if (!evidenceBytes) return undefined;
  const check = verifyEvidence(evidenceBytes, trustedKeys);
  if (!check.valid || check.record.verdict !== record.verdict) return undefined;
  const known = check.record;
  const same =
    known.case.caseId === record.case.caseId &&
    known.case.attempt === record.case.attempt &&
    known.base.commit === record.base.commit &&
    known.patch.sha256 === record.patch.sha256 &&
    known.note?.sha256 === record.note?.sha256 &&
    known.draft.blob.sha256 === record.draft.blob.sha256;
  if (!same) return undefined;
  const evidence = { sha256: sha256(evidenceBytes), size: evidenceBytes.length, mediaType: 'application/json' };
  return { record: known, evidence, evidenceBytes };
}

/** What came before the draft. */
export async function storyOf({ draft }: { draft: Draft }, blobs: BlobReader): Promise<Story> {
  return draft.dossier ? readStory(await blobs.get(draft.dossier), draft) : {};
}
