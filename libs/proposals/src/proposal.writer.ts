import { branchOf, type Verdict } from '@headroom/contracts';
import { measuredFigures, type MeasuredFigures, type Story } from '@headroom/verification';
import type { BranchResult, Forge, PROPOSAL_FILES } from './forge/forge.js';
import { writeNote } from './note.writer.js';
import { samplesSvg } from './pictures/samples.svg.js';
import { seriesSvg } from './pictures/series.svg.js';
import { knownProposal, storyOf, withheldBy } from './proposal.checks.js';
import {
  PROPOSAL_AUTHOR,
  type OpenedProposal,
  type ProposalResult,
  type WriteProposalInput,
} from './proposal.input.js';
import { readProvenChange, type EvidenceRefusal, type ProvenChange } from './proven.change.js';
import { chooseReviewers } from './reviewers.js';
import { proposalBody } from './text/body.js';
import { escaped } from './text/markdown.js';
import { commitMessage, proposalTitle } from './text/title.js';

/** Whether something is proposed after a verdict: a proven change, one that was not measured, or a note. */
export function isProposed(verdict: Verdict): boolean {
  return verdict === 'improved' || verdict === 'unmeasured' || verdict === 'nothing-to-measure';
}

/**
 * Opens the proposal of a case: one branch with one commit, and its text and pictures, or a note without a branch, from a
 * verification whose signed evidence matches it in everything. Repeating it, after a crash at any point too, gives the same
 * proposal; the first one of an attempt stays, and so does one of a later attempt. Nothing is written for evidence that does not
 * verify.
 * @throws HeadroomError `HEADROOM_FORGE_UNREACHABLE` (retryable), `HEADROOM_PATCH_DOES_NOT_APPLY`, and what the blob reader throws
 */
export async function writeProposal(input: WriteProposalInput): Promise<ProposalResult> {
  const { event, blobs, trustedKeys, forge } = input;
  const { verdict } = event.data;
  if (!isProposed(verdict)) return { outcome: 'nothing-to-propose', verdict };
  if (verdict === 'nothing-to-measure') return await writeNote(input);
  const checked = await readProvenChange(event, blobs, trustedKeys);
  if (checked.outcome === 'refused') return checked;
  const withheld = input.policy && (await withheldBy(checked, input.policy));
  if (withheld) return { outcome: 'withheld', stop: withheld };
  const branch = branchOf(event.data.service, event.data.kind, event.data.case.caseId);
  const known = await knownProposal(checked, forge, trustedKeys);
  if ('message' in known) return { outcome: 'superseded', branch, ...known };
  const change = { ...checked, ...known.kept };
  const figures = measuredFigures(change.record);
  if (!figures && verdict === 'improved') return unmeasured();
  const pushed = await pushBranch(change, figures, branch, forge);
  if (pushed.status === 'tree-mismatch') return treeMismatch(pushed.tree, change);
  if (pushed.status === 'human-owned' || pushed.status === 'superseded') return leftAlone(pushed, branch);
  const story = await storyOf(change, blobs);
  const proposal = await describe({ input, change, figures, story, branch, commit: pushed.commit });
  return { outcome: 'opened', branchStatus: pushed.status, proposal };
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

async function pushBranch(
  change: ProvenChange,
  figures: MeasuredFigures | undefined,
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

interface Description {
  input: WriteProposalInput;
  change: ProvenChange;
  figures: MeasuredFigures | undefined;
  story: Story;
  branch: string;
  commit: string;
}

async function describe({ input, change, figures, story, branch, commit }: Description): Promise<OpenedProposal> {
  const { blobs, forge, event } = input;
  const { record, draft, evidence, evidenceBytes, patch } = change;
  const regression = story.finding?.regression;
  const series = regression && seriesSvg({ ...regression, subject: record.case.subject });
  const samples = figures && samplesSvg(figures);
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
    form: 'change',
    verdict: record.verdict,
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
