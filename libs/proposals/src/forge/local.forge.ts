import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { openMirror, type GitMirror } from '@headroom/workspace';
import {
  PROPOSAL_FILES,
  type BranchRequest,
  type BranchResult,
  type ClosingRequest,
  type ClosingResult,
  type Forge,
  type ForgeAuthor,
  type ProposalFiles,
  type ProposalPlace,
} from './forge.js';
import { escaped } from '../text/markdown.js';
import { ProposalFolder } from './proposal.folder.js';

/** Trailer of a commit that names the passage of its case. */
export const ATTEMPT_TRAILER = 'Headroom-Attempt';

/** Options of {@link LocalForge}. */
export interface LocalForgeOptions {
  /** The repository that branches are pushed to: a path or anything that `git clone` takes. */
  location: string;
  /** Folder for the mirror. */
  cacheDir: string;
  /** Folder that gets one folder a case, `<data>/proposals`. */
  proposalsDir: string;
  /** Ends git commands that run. */
  signal?: AbortSignal;
}

// What the repository cannot do now it may do later: the evidence stays good, so the event is tried again.
const UNREACHABLE = ['HEADROOM_REPOSITORY_UNREADABLE', 'HEADROOM_PUSH_FAILED'];

async function reaching<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadroomError) || !UNREACHABLE.includes(error.code)) throw error;
    throw new HeadroomError(messageOf(error), { code: 'HEADROOM_FORGE_UNREACHABLE', retryable: true, cause: error });
  }
}

/** A bare git repository for the branches, and a folder for the text and the pictures. */
export class LocalForge implements Forge {
  readonly name = 'local';
  readonly #options: LocalForgeOptions;
  readonly #folder: ProposalFolder;

  constructor(options: LocalForgeOptions) {
    this.#options = options;
    this.#folder = new ProposalFolder(options.proposalsDir);
  }

  find(caseId: string, file: (typeof PROPOSAL_FILES)[number]): Promise<Buffer | undefined> {
    return this.#folder.read(caseId, file);
  }

  upsertBranch(request: BranchRequest): Promise<BranchResult> {
    return reaching(async () => {
      const { location, cacheDir, signal } = this.#options;
      const mirror = await openMirror({ location, cacheDir, signal });
      const { base, patch, message, author, date, branch } = request;
      const wanted = await mirror.commitPatch({ base, patch, message, author, date });
      if (request.tree !== undefined && request.tree !== wanted.tree)
        return { status: 'tree-mismatch', tree: wanted.tree };
      return await settleBranch(mirror, request, wanted, await mirror.remoteBranch(branch));
    });
  }

  async upsertProposal(caseId: string, files: ProposalFiles): Promise<ProposalPlace> {
    await this.#folder.write(caseId, files);
    return { location: join(this.#folder.pathOf(caseId), 'proposal.md') };
  }

  async closeProposal(request: ClosingRequest): Promise<ClosingResult> {
    const { caseId, why } = request;
    const location = join(this.#folder.pathOf(caseId), 'proposal.md');
    const left = await reaching(async () => {
      const { location: repository, cacheDir, signal } = this.#options;
      const mirror = await openMirror({ location: repository, cacheDir, signal });
      return await removeBranch(mirror, request);
    });
    if (left === 'merged') return { status: 'merged', location };
    const text = await this.#folder.read(caseId, 'proposal.md');
    if (text === undefined && left === 'missing') return { status: 'missing' };
    if (text !== undefined) await this.#folder.note(caseId, 'proposal.md', closedText(text.toString('utf8'), why));
    return { status: left === 'kept' ? 'branch-kept' : 'closed', location };
  }
}

interface Wanted {
  commit: string;
  tree: string;
}

async function settleBranch(
  mirror: GitMirror,
  request: BranchRequest,
  wanted: Wanted,
  found: string | undefined,
): Promise<BranchResult> {
  if (found === wanted.commit) return { status: 'exists', ...wanted };
  if (found === undefined) return await pushed(mirror, request, wanted, undefined);
  const known = await commitOn(mirror, found);
  const ours = known !== undefined && (await isOurs(mirror, known, request.author));
  // The same content on the same base is what was verified, whenever the commit was made.
  if (known && known.parents[0] === request.base && (await mirror.treeOf(found)) === wanted.tree) {
    return { status: 'exists', commit: found, tree: wanted.tree };
  }
  if (!ours) return { status: 'human-owned', commit: found };
  if (attemptOf(known.body) >= request.attempt) return { status: 'superseded', commit: found };
  return await pushed(mirror, request, wanted, found);
}

async function pushed(
  mirror: GitMirror,
  request: BranchRequest,
  wanted: Wanted,
  expectedOld: string | undefined,
): Promise<BranchResult> {
  try {
    const { branch } = request;
    const result = await mirror.pushBranch({ commit: wanted.commit, branch, ...(expectedOld && { expectedOld }) });
    return { status: result, ...wanted };
  } catch (error) {
    if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_BRANCH_CONFLICT') throw error;
    // Somebody was faster. One who holds the branch is never overwritten; one who deleted it is met by the next delivery.
    const now = await mirror.remoteBranch(request.branch);
    if (now === undefined) {
      throw new HeadroomError(messageOf(error), { code: 'HEADROOM_FORGE_UNREACHABLE', retryable: true, cause: error });
    }
    return now === wanted.commit ? { status: 'exists', ...wanted } : { status: 'human-owned', commit: now };
  }
}

type KnownCommit = Awaited<ReturnType<GitMirror['commitsBetween']>>[number];

/** The commit at the tip of a branch, when it is the only one that is not on the base and has one parent. */
async function commitOn(mirror: GitMirror, tip: string): Promise<KnownCommit | undefined> {
  const [commit] = await mirror.commitsBetween(undefined, tip, 1);
  return commit?.commit === tip && commit.parents.length === 1 ? commit : undefined;
}

/**
 * Whether a commit is one that we made. Author, committer and both dates of ours are equal, and everything else of it is known:
 * made again it must have the same id. A person who amends it changes the committer, and with it the id.
 */
async function isOurs(mirror: GitMirror, commit: KnownCommit, author: ForgeAuthor): Promise<boolean> {
  if (commit.author.name !== author.name || commit.author.email !== author.email) return false;
  const parent = commit.parents[0]!;
  const message = commit.body === '' ? commit.title : `${commit.title}\n\n${commit.body}`;
  try {
    const patch = await mirror.diff(parent, commit.commit);
    const again = await mirror.commitPatch({ base: parent, patch, message, author, date: commit.committedAt });
    return again.commit === commit.commit;
  } catch (error) {
    // A commit that is empty or cannot be made from a patch is none of ours.
    if (error instanceof HeadroomError && error.code.startsWith('HEADROOM_PATCH_')) return false;
    throw error;
  }
}

function attemptOf(body: string): number {
  const found = new RegExp(`^${ATTEMPT_TRAILER}: ([1-9][0-9]*)$`, 'm').exec(body);
  return found ? Number(found[1]) : Number.POSITIVE_INFINITY;
}

/** Removes a branch whose only commit is ours; one that is merged, or that somebody works on, stays. */
async function removeBranch(
  mirror: GitMirror,
  { branch, base, author }: ClosingRequest,
): Promise<'deleted' | 'missing' | 'kept' | 'merged'> {
  const tip = await mirror.remoteBranch(branch);
  if (tip === undefined) return 'missing';
  if (await mirror.isAncestor(tip, base)) return 'merged';
  const commit = await commitOn(mirror, tip);
  if (!commit || !(await isOurs(mirror, commit, author))) return 'kept';
  try {
    return await mirror.deleteBranch(branch, tip);
  } catch (error) {
    // Somebody began to work on it a moment ago.
    if (error instanceof HeadroomError && error.code === 'HEADROOM_BRANCH_CONFLICT') return 'kept';
    throw error;
  }
}

const CLOSED = '> **Closed.** ';

/** The text with the reason at its top, once. */
function closedText(text: string, why: string): string {
  const open = text.startsWith(CLOSED) ? text.slice(text.indexOf('\n\n') + 2) : text;
  return `${CLOSED}${escaped(why, 1000)}\n\n${open}`;
}
