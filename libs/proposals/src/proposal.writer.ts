import {
  branchOf,
  sha256,
  type BlobRef,
  type HeadroomEvent,
  type Proposal,
  type Stop,
  type Verdict,
  type Verification,
} from '@headroom/contracts';
import { limitViolations, targetPolicyOf, verifyEvidence, type TrustedKeys } from '@headroom/verification';
import { readProvenChange, type BlobReader, type EvidenceRefusal, type ProvenChange } from './proven.change.js';
import type { BranchResult, Forge, ForgeAuthor, PROPOSAL_FILES } from './forge/forge.js';
import { samplesSvg } from './pictures/samples.svg.js';
import { seriesSvg } from './pictures/series.svg.js';
import { readStory, type Story } from './record/dossier.js';
import { measuredFigures, type MeasuredFigures } from '@headroom/verification';
import { chooseReviewers } from './reviewers.js';
import { proposalBody } from './text/body.js';
import { escaped } from './text/markdown.js';
import { commitMessage, proposalTitle } from './text/title.js';

/** Who our commits are by: never a person, never an address that exists. */
export const PROPOSAL_AUTHOR: ForgeAuthor = { name: 'Headroom', email: 'headroom@localhost' };

/** Content by hash, read and written. */
export interface BlobPort extends BlobReader {
  put(bytes: Uint8Array, mediaType: string): Promise<BlobRef>;
}

/** What a proposal is written from. */
export interface WriteProposalInput {
  event: HeadroomEvent<Verification>;
  blobs: BlobPort;
  /** Public keys of the verifiers that are believed. */
  trustedKeys: TrustedKeys;
  forge: Forge;
  /**
   * The policy that holds for the repository now, as `ServiceRepository.policy` reads it. @default whatever was verified is proposed
   */
  policy?: Parameters<typeof targetPolicyOf>[1];
}

/** Data of `proposal.opened`, without the case header that the stage adds. */
export type OpenedProposal = Omit<Proposal, 'case'>;

/** How a proposal was written, or why none was. */
export type ProposalResult =
  | { outcome: 'opened'; branchStatus: 'created' | 'updated' | 'exists'; proposal: OpenedProposal }
  /** The verdict is not `improved`: there is nothing to propose. */
  | { outcome: 'nothing-to-propose'; verdict: Verdict }
  | EvidenceRefusal
  /** The repository's policy was tightened since the candidate was judged, and does not want it any more. */
  | { outcome: 'withheld'; stop: Stop }
  /** The branch holds a commit that is not ours, or a later proposal; it was left alone. */
  | { outcome: 'human-owned' | 'superseded'; branch: string; commit: string; message: string };

/**
 * Opens the proposal of a case: one branch with one commit, and its text and pictures, from a verification whose signed evidence
 * matches it in everything. Repeating it, after a crash at any point too, gives the same proposal. Nothing is written for evidence
 * that does not verify.
 * @throws HeadroomError `HEADROOM_FORGE_UNREACHABLE` (retryable), `HEADROOM_PATCH_DOES_NOT_APPLY`, and what the blob reader throws
 */
export async function writeProposal(input: WriteProposalInput): Promise<ProposalResult> {
  const { event, blobs, trustedKeys, forge } = input;
  if (event.data.verdict !== 'improved') return { outcome: 'nothing-to-propose', verdict: event.data.verdict };
  const checked = await readProvenChange(event, blobs, trustedKeys);
  if (checked.outcome === 'refused') return checked;
  const withheld = input.policy && (await withheldBy(checked, input.policy));
  if (withheld) return { outcome: 'withheld', stop: withheld };
  const kept = await keptEvidence(checked, forge, trustedKeys);
  const change = kept ? { ...checked, ...kept } : checked;
  const figures = measuredFigures(change.record);
  if (!figures) return unmeasured();
  const branch = branchOf(event.data.service, event.data.kind, event.data.case.caseId);
  const pushed = await pushBranch(change, figures, branch, forge);
  if (pushed.status === 'tree-mismatch') return treeMismatch(pushed.tree, change);
  if (pushed.status === 'human-owned' || pushed.status === 'superseded') return leftAlone(pushed, branch);
  const story = await storyOf(change, blobs);
  const proposal = await describe({ input, change, figures, story, branch, commit: pushed.commit });
  return { outcome: 'opened', branchStatus: pushed.status, proposal };
}

async function withheldBy(
  { record, patch }: ProvenChange,
  policy: NonNullable<WriteProposalInput['policy']>,
): Promise<Stop | undefined> {
  const candidate = { kind: record.case.kind, skill: record.skill?.name };
  const { effective, violations } = await targetPolicyOf(candidate, policy);
  const broken = effective ? [...violations, ...limitViolations(patch, effective.policy)] : violations;
  const [first] = broken;
  if (!first) return undefined;
  const messages = [...new Set(broken.map(({ message }) => message))].join(' ');
  return { reason: first.rule, message: messages.slice(0, 4000) };
}

function unmeasured(): EvidenceRefusal {
  const message = 'The record says "improved" and holds no measurement. Nothing is opened.';
  return { outcome: 'refused', code: 'HEADROOM_EVIDENCE_UNTRUSTED', reason: 'not-measured', message };
}

function treeMismatch(tree: string, { record }: ProvenChange): EvidenceRefusal {
  const message = `The patch gives the tree ${tree}, the record is about ${record.head?.tree}. Nothing is opened.`;
  return { outcome: 'refused', code: 'HEADROOM_EVIDENCE_MISMATCH', reason: 'head-tree-mismatch', message };
}

function leftAlone(pushed: BranchResult & { status: 'human-owned' | 'superseded' }, branch: string): ProposalResult {
  const message =
    pushed.status === 'human-owned'
      ? `The branch ${branch} holds ${pushed.commit}, which Headroom did not make; it is left to its owner. Delete the branch to have it proposed again.`
      : `The branch ${branch} holds another proposal of this attempt or a later one (${pushed.commit}); it stays.`;
  return { outcome: pushed.status, branch, commit: pushed.commit, message };
}

/**
 * The record that the proposal rests on already, when it proves the same change: a verifier that measured again signs a second
 * record, and a proposal keeps the first that it was written from.
 */
async function keptEvidence(
  { record }: ProvenChange,
  forge: Forge,
  trustedKeys: TrustedKeys,
): Promise<Pick<ProvenChange, 'record' | 'evidence' | 'evidenceBytes'> | undefined> {
  const evidenceBytes = await forge.find(record.case.caseId, 'evidence.json');
  if (!evidenceBytes) return undefined;
  const check = verifyEvidence(evidenceBytes, trustedKeys);
  if (!check.valid || check.record.verdict !== 'improved') return undefined;
  const known = check.record;
  const same =
    known.case.caseId === record.case.caseId &&
    known.case.attempt === record.case.attempt &&
    known.base.commit === record.base.commit &&
    known.patch.sha256 === record.patch.sha256 &&
    known.draft.blob.sha256 === record.draft.blob.sha256;
  if (!same) return undefined;
  const evidence = { sha256: sha256(evidenceBytes), size: evidenceBytes.length, mediaType: 'application/json' };
  return { record: known, evidence, evidenceBytes };
}

async function pushBranch(
  change: ProvenChange,
  figures: MeasuredFigures,
  branch: string,
  forge: Forge,
): Promise<BranchResult> {
  const { record, draft, evidence, patch } = change;
  return await forge.upsertBranch({
    branch,
    base: record.base.commit,
    patch,
    message: commitMessage({ record, figures, draft, evidenceSha256: evidence.sha256 }),
    author: PROPOSAL_AUTHOR,
    date: record.endedAt,
    attempt: record.case.attempt,
    ...(record.head && { tree: record.head.tree }),
  });
}

async function storyOf({ draft }: ProvenChange, blobs: BlobReader): Promise<Story> {
  return draft.dossier ? readStory(await blobs.get(draft.dossier), draft) : {};
}

interface Description {
  input: WriteProposalInput;
  change: ProvenChange;
  figures: MeasuredFigures;
  story: Story;
  branch: string;
  commit: string;
}

async function describe({ input, change, figures, story, branch, commit }: Description): Promise<OpenedProposal> {
  const { blobs, forge, event } = input;
  const { record, draft, evidence, evidenceBytes, patch } = change;
  const regression = story.finding?.regression;
  const series = regression && seriesSvg({ ...regression, subject: record.case.subject });
  const samples = samplesSvg(figures);
  const reviewers = chooseReviewers(draft.reviewers);
  const traceId = event.traceparent?.split('-')[1];
  const title = proposalTitle({ record, figures, draft });
  const body = proposalBody({
    record,
    figures,
    draft,
    story,
    branch,
    commit,
    reviewers,
    ...(traceId && { traceId }),
    evidenceSha256: evidence.sha256,
    hasSeries: series !== undefined,
  });
  const text = `# ${escaped(title, 300)}\n\n${body}`;
  const files = new Map<(typeof PROPOSAL_FILES)[number], string | Uint8Array>([
    ...(series === undefined ? [] : [['series.svg', series] as const]),
    ...(samples === undefined ? [] : [['samples.svg', samples] as const]),
    ['patch.diff', patch],
    ['evidence.json', evidenceBytes],
    ['proposal.md', text],
  ]);
  const bodyRef = await blobs.put(Buffer.from(text), 'text/markdown');
  const { location } = await forge.upsertProposal(record.case.caseId, files);
  const { kind, service, repository, subject } = record.case;
  const base = { branch: record.base.branch, commit: record.base.commit };
  return {
    kind,
    service,
    repository,
    subject,
    forge: forge.name,
    branch,
    commit,
    base,
    title,
    location,
    reviewers,
    evidence,
    body: bodyRef,
  };
}
