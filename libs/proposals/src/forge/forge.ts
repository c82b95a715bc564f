/** A name and an address as git records them. */
export interface ForgeAuthor {
  name: string;
  email: string;
}

/** What a branch has to hold: exactly one commit on the base. */
export interface BranchRequest {
  branch: string;
  /** Commit that the patch was verified on. */
  base: string;
  patch: string;
  message: string;
  author: ForgeAuthor;
  /** RFC 3339; part of the commit, so that a rerun makes the same one. */
  date: string;
  /** Tree that the commit must have: the one that was tested and measured. @default not compared */
  tree?: string;
  /** The passage of the case; a branch of a lower one is regenerated, of a higher one left alone. */
  attempt: number;
}

/**
 * What became of a branch.
 *
 * - `created`, `updated`: it holds the commit now
 * - `exists`: it held this content already
 * - `superseded`: it holds another proposal of ours, of this attempt or a later one, and was left alone
 * - `human-owned`: it holds a commit that is not ours, and was left alone
 * - `tree-mismatch`: the patch does not give the tree that was verified; nothing was pushed
 */
export type BranchResult =
  | { status: 'created' | 'updated' | 'exists'; commit: string; tree: string }
  | { status: 'superseded' | 'human-owned'; commit: string }
  | { status: 'tree-mismatch'; tree: string };

/** Every file that a proposal may have, in the order of writing. */
export const PROPOSAL_FILES = ['series.svg', 'samples.svg', 'patch.diff', 'evidence.json', 'proposal.md'] as const;

/** The files of a proposal: name → content. `proposal.md` is the text that a person reads. */
export type ProposalFiles = ReadonlyMap<(typeof PROPOSAL_FILES)[number], string | Uint8Array>;

/** A proposal to close, and why. */
export interface ClosingRequest {
  caseId: string;
  branch: string;
  /** Branch that the proposal was made against. */
  base: string;
  /** Who made the branch's commit; one by anybody else stays. */
  author: ForgeAuthor;
  /** A sentence for a person who finds the proposal. */
  why: string;
}

/**
 * What became of a proposal that was to be closed.
 *
 * - `closed`: it says why, and its branch is gone
 * - `branch-kept`: it says why; the branch holds a commit that is not ours, and was left alone
 * - `merged`: it is on its base already, and nothing was changed
 * - `missing`: there was neither a proposal nor a branch
 */
export type ClosingResult = { status: 'closed' | 'branch-kept' | 'merged'; location: string } | { status: 'missing' };

/** Where a proposal is kept. */
export interface ProposalPlace {
  /** URL or path for a person. */
  location: string;
}

/**
 * Where proposals are opened. All writes are find-or-create by the identity of the case: repeating one, after a crash too, gives
 * the same single branch and proposal. An unreachable forge is a retryable HeadroomError `HEADROOM_FORGE_UNREACHABLE`.
 */
export interface Forge {
  readonly name: 'local';
  /** A file of the proposal that a case has already; undefined when there is none. */
  find(caseId: string, file: (typeof PROPOSAL_FILES)[number]): Promise<Buffer | undefined>;
  /** Brings the one commit to the branch, unless a person works on it. */
  upsertBranch(request: BranchRequest): Promise<BranchResult>;
  /** Writes the proposal; its text appears last, so that a text is always a whole proposal. */
  upsertProposal(caseId: string, files: ProposalFiles): Promise<ProposalPlace>;
  /** Closes the proposal of a case without a merge; closing it again changes nothing. */
  closeProposal(request: ClosingRequest): Promise<ClosingResult>;
}
