import { branchOf, type BlobRef } from '@headroom/contracts';
import { filledNote, noteFigures, type Story } from '@headroom/verification';
import type { PROPOSAL_FILES } from './forge/forge.js';
import { seriesSvg } from './pictures/series.svg.js';
import { knownProposal, storyOf, withheldBy } from './proposal.checks.js';
import {
  PROPOSAL_AUTHOR,
  type OpenedProposal,
  type ProposalResult,
  type WriteProposalInput,
} from './proposal.input.js';
import { readProvenNote, type ProvenNote } from './proven.change.js';
import { chooseReviewers } from './reviewers.js';
import { escaped } from './text/markdown.js';
import { noteBody } from './text/note.body.js';
import { noteTitle } from './text/title.js';

/**
 * Opens a note: a proposal without a branch, from a verification whose signed record says that nothing was measured. One a case;
 * repeating it gives the same note.
 */
export async function writeNote(input: WriteProposalInput): Promise<ProposalResult> {
  const { event, blobs, trustedKeys, forge } = input;
  const checked = await readProvenNote(event, blobs, trustedKeys);
  if (checked.outcome === 'refused') return checked;
  const withheld = input.policy && (await withheldBy(checked, input.policy));
  if (withheld) return { outcome: 'withheld', stop: withheld };
  const { service, kind, caseId } = checked.record.case;
  const branch = branchOf(service, kind, caseId);
  const known = await knownProposal(checked, forge, trustedKeys);
  if ('message' in known) return { outcome: 'superseded', branch, ...known };
  const owned = await closeEarlierChange(input, checked, branch);
  if (owned) return owned;
  const note = { ...checked, ...known.kept };
  const proposal = await describeNote(input, note, await storyOf(note, blobs));
  return { outcome: 'opened', branchStatus: 'none', proposal };
}

/** Closes what an earlier attempt proposed to change. Tells of a branch on which somebody works: no note replaces that. */
async function closeEarlierChange(
  { event, forge }: WriteProposalInput,
  { record }: ProvenNote,
  branch: string,
): Promise<ProposalResult | undefined> {
  const { caseId, attempt } = record.case;
  if ((await forge.find(caseId, 'patch.diff')) === undefined) return undefined;
  const why = `Attempt ${attempt} ended with a note.`;
  const base = event.data.base?.branch ?? record.base.branch;
  const closed = await forge.closeProposal({ caseId, branch, base, author: PROPOSAL_AUTHOR, why });
  if (closed.status !== 'branch-kept') return undefined;
  const message = `The branch ${branch} holds a commit that Headroom did not make; it and its proposal are left to their owner.`;
  return { outcome: 'human-owned', branch, message };
}

async function describeNote(
  { blobs, forge, event }: WriteProposalInput,
  { record, draft, evidence, evidenceBytes, note }: ProvenNote,
  story: Story,
): Promise<OpenedProposal> {
  const { kind, service, repository, subject, caseId } = record.case;
  const { finding } = story;
  const series = finding?.regression && seriesSvg({ ...finding.regression, subject });
  const reviewers = chooseReviewers(draft.reviewers);
  const traceId = event.traceparent?.split('-')[1];
  const title = noteTitle(service, draft.summary);
  const body = noteBody({
    record,
    draft,
    story,
    reviewers,
    note: filledNote(note, noteFigures(finding)),
    evidenceSha256: evidence.sha256,
    hasSeries: series !== undefined,
    ...(traceId && { traceId }),
  });
  const text = `# ${escaped(title, 300)}\n\n${body}`;
  const files = new Map<(typeof PROPOSAL_FILES)[number], string | Uint8Array>([
    ...(series === undefined ? [] : [['series.svg', series] as const]),
    ['evidence.json', evidenceBytes],
    ['proposal.md', text],
  ]);
  const bodyRef: BlobRef = await blobs.put(Buffer.from(text), 'text/markdown');
  const { location } = await forge.upsertProposal(caseId, files);
  const base = { branch: record.base.branch, commit: record.base.commit };
  return {
    kind,
    service,
    repository,
    subject,
    forge: forge.name,
    form: 'note',
    verdict: record.verdict,
    // Nothing to merge: whoever compares them with the base finds no change.
    branch: base.branch,
    commit: base.commit,
    base,
    title,
    location,
    reviewers,
    evidence,
    body: bodyRef,
  };
}
