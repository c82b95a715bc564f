import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { explanationOf, printable, redactLocation } from './git.location.js';
import { BlameMemory } from './blame.memory.js';
import { mirrorPath, updateMirror } from './mirror.cache.js';
import { REMOTE, runWithRemote, unreadable } from './git.remote.js';
import { runGit, type GitResult, type GitRun } from './git.process.js';
import {
  LOG_FORMAT,
  parseBlame,
  parseLog,
  parseNumstat,
  type BlameLine,
  type ChangedFile,
  type CommitInfo,
  type CommitPerson,
} from './git.records.js';
import { assertChanges, doesNotApply, parsePatch } from './patch.js';
import { parseTreeChanges, type TreeChange } from './changed.trees.js';
import { changesOfCommits } from './commit.changes.js';
import { ObjectReader } from './object.reader.js';
import { parseUnifiedDiff, type FileDiff } from './unified.diff.js';

/** Options of {@link GitMirror.diff}. */
export interface DiffOptions {
  /** Only these paths, taken literally. @default all */
  paths?: readonly string[];
  /** Unchanged lines around each change. @default 3 */
  contextLines?: number;
  /** Most bytes of the diff. @default 16777216 (16 MiB) */
  maxBytes?: number;
}

/** Lines of a file, 1-based, both included. */
export interface LineRange {
  startLine: number;
  endLine: number;
}

/** What {@link GitMirror.blame} looks at. */
export interface BlameRange extends LineRange {
  /** Whether a line that was moved or copied belongs to who first wrote it, and not to who moved it. @default true */
  followMoves?: boolean;
  /** A commit behind which nobody looks: what was written there or before belongs to it. @default none */
  until?: string;
}

/** What {@link GitMirror.commitPatch} commits. */
export interface PatchCommit {
  /** Commit that the patch is based on; becomes the only parent. */
  base: string;
  /** Unified diff as git writes it. */
  patch: string;
  message: string;
  author: CommitPerson;
  /** ISO 8601. @default the date of the base, so that equal input gives an equal commit */
  date?: string;
}

/** What {@link GitMirror.pushBranch} pushes. */
export interface BranchPush {
  commit: string;
  branch: string;
  /** Commit that the branch must have now to be moved. @default the branch must be new, or have this commit already */
  expectedOld?: string;
}

/** Options of {@link openMirror}. */
export interface OpenMirrorOptions {
  /** Anything that `git fetch` takes: an absolute path, or a URL of the protocols file, git, http, https, ssh. May hold credentials. */
  location: string;
  /** Folder of all mirrors of this process; made when missing. Only a cache: it may be removed when no process uses it. */
  cacheDir: string;
  /** Ends this call and every later call of the mirror. */
  signal?: AbortSignal;
  /** What mirrors that are opened one after the other share. @default each has its own */
  blames?: BlameMemory;
}

/**
 * Opens the bare mirror of a repository, makes it when missing, and brings it up to date. May be called from several processes at
 * once: they wait for each other. The credentials of the location are never written to disk.
 * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`, its message naming the location without credentials
 */
export async function openMirror({ location, cacheDir, signal, blames }: OpenMirrorOptions): Promise<GitMirror> {
  const memory = blames && { known: new Set<string>(), blames };
  const mirror = new GitMirror(location, mirrorPath(cacheDir, location), signal, memory);
  await mirror.fetch();
  return mirror;
}

/** What a mirror has found out. */
interface MirrorMemory {
  /** Full ids that are commits here. */
  known: Set<string>;
  blames: BlameMemory;
}

function newMemory(): MirrorMemory {
  return { known: new Set(), blames: new BlameMemory() };
}

const FULL_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const SHORT_ID = /^[0-9a-f]{7,64}$/;
const MAX_DIFF_BYTES = 16 * 1024 * 1024;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * A bare copy of a repository. Reads are of content that never changes, so they may run side by side; what is written goes to
 * objects without a reference, or to the repository itself. All methods end early with the reason of the signal that the mirror was
 * opened with. Commits may be given as anything that {@link GitMirror.resolve} takes.
 */
export class GitMirror {
  /** Where the repository is, without credentials: for messages and records. */
  readonly location: string;
  /** The bare mirror. */
  readonly path: string;
  readonly #source: string;
  readonly #signal: AbortSignal | undefined;
  readonly #memory: MirrorMemory;

  /** Use {@link openMirror}, which also makes and updates it. */
  constructor(source: string, path: string, signal?: AbortSignal, memory: MirrorMemory = newMemory()) {
    this.location = redactLocation(source);
    this.path = path;
    this.#source = source;
    this.#signal = signal;
    this.#memory = memory;
  }

  /** The same mirror, whose methods end with another signal. */
  withSignal(signal: AbortSignal): GitMirror {
    return new GitMirror(this.#source, this.path, signal, this.#memory);
  }

  /**
   * Reads all branches and tags of the repository again; those that are gone there are removed.
   * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`, its message naming the location without credentials
   */
  async fetch(): Promise<void> {
    await updateMirror({ source: this.#source, path: this.path, signal: this.#signal });
  }

  /**
   * The full commit id of a branch, a tag, `HEAD`, or a commit id (abbreviated: at least 7 digits).
   * @throws HeadroomError `HEADROOM_REF_UNKNOWN`
   */
  async resolve(ref: string): Promise<string> {
    if (this.#memory.known.has(ref)) return ref;
    for (const name of namesOf(ref)) {
      const { exitCode, stdout } = await this.#git(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
      if (exitCode !== 0) continue;
      const commit = stdout.toString('utf8').trim();
      this.#memory.known.add(commit);
      return commit;
    }
    throw new HeadroomError(
      `${this.location} has no branch, tag or commit "${printable(ref)}". Check its spelling, or push it first.`,
      { code: 'HEADROOM_REF_UNKNOWN', details: { ref: printable(ref), location: this.location } },
    );
  }

  /** {@link resolve} of many full ids with one git process; those that are no commits here are left out. */
  async knownCommits(ids: readonly string[]): Promise<Map<string, string>> {
    return await this.#withFiles(async (files) => {
      const found = await Promise.all(
        ids.map(async (id) => [id, FULL_ID.test(id) && (await files.commit(id))] as const),
      );
      const known = new Map(found.flatMap(([id, commit]) => (commit ? [[id, commit] as const] : [])));
      for (const commit of known.values()) this.#memory.known.add(commit);
      return known;
    });
  }

  /** Whether a commit can be reached from another one (or is the same). */
  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const [older, newer] = [await this.resolve(ancestor), await this.resolve(descendant)];
    const { exitCode, stderr } = await this.#git(['merge-base', '--is-ancestor', older, newer]);
    if (exitCode > 1) throw failed('merge-base', stderr);
    return exitCode === 0;
  }

  /** Id of the tree of a commit: equal trees are equal content. */
  async treeOf(commit: string): Promise<string> {
    return (await this.#text(['rev-parse', '--verify', `${await this.resolve(commit)}^{tree}`])).trim();
  }

  /**
   * Text of a file, read as UTF-8. Undefined where the commit has no regular file at this path (a folder, a symbolic link and a
   * submodule are none).
   * @throws HeadroomError `HEADROOM_GIT_OUTPUT_TOO_LARGE` above 16 MiB
   */
  async readFile(commit: string, path: string): Promise<string | undefined> {
    const at = await this.resolve(commit);
    return await this.#withFiles((files) => files.file(at, path));
  }

  /** Reads many files with one git process, which whoever asked for it closes. */
  openFiles(): ObjectReader {
    return new ObjectReader({ gitDir: this.path, maxBytes: MAX_FILE_BYTES, signal: this.#signal });
  }

  /** Paths of all files of a commit, symbolic links included, in byte order. `folder` limits them to a folder or one file. */
  async listFiles(commit: string, folder?: string): Promise<string[]> {
    if (folder !== undefined && !isInside(folder)) return [];
    const args = ['ls-tree', '-r', '-z', '--full-tree', await this.resolve(commit)];
    const listed = await this.#text(folder === undefined ? args : [...args, '--', folder]);
    return listed
      .split('\0')
      .filter((line) => line !== '' && !line.startsWith('160000 '))
      .map((line) => line.slice(line.indexOf('\t') + 1));
  }

  /**
   * Commits that can be reached from `inclusive` and not from `exclusive`, oldest first.
   * @param limit most commits, the newest ones are kept, default 10000
   */
  async commitsBetween(exclusive: string | undefined, inclusive: string, limit = 10_000): Promise<CommitInfo[]> {
    const range = [await this.resolve(inclusive), ...(exclusive ? [`^${await this.resolve(exclusive)}`] : [])];
    // To order a history, git reads all of it; the newest commit of one that has no end is known without.
    const order = limit === 1 && !exclusive ? [] : ['--topo-order'];
    const commits = parseLog(
      await this.#text([
        'log',
        '-z',
        ...order,
        '--reverse',
        '--no-show-signature',
        `--max-count=${limit}`,
        `--format=tformat:${LOG_FORMAT}`,
        ...range,
        '--',
      ]),
    );
    for (const { commit, parents } of commits) for (const id of [commit, ...parents]) this.#memory.known.add(id);
    return commits;
  }

  /**
   * Commits that the tips have and `exclusive` has not, each with its parents.
   * @param tips full ids of commits
   */
  async parentsSince(exclusive: string, tips: readonly string[]): Promise<Map<string, readonly string[]>> {
    const input = [...tips, `^${exclusive}`].join('\n');
    const listed = await this.#text(['rev-list', '--parents', '--stdin'], { input });
    const lines = listed.split('\n').filter((line) => line !== '');
    return new Map(lines.map((line) => line.split(' ')).map(([commit, ...parents]) => [commit!, parents]));
  }

  /**
   * The newest commits up to `commit` that changed a file, newest first; with a range, those that changed these lines, followed
   * back through the history of the file.
   * @param limit most commits
   */
  async commitsOf(commit: string, path: string, limit: number, range?: LineRange): Promise<CommitInfo[]> {
    const at = await this.resolve(commit);
    const shape = ['-z', '--no-show-signature', `--max-count=${limit}`, `--format=tformat:${LOG_FORMAT}`];
    if (!range) return parseLog(await this.#text(['log', ...shape, '--follow', at, '--', path]));
    const lines = `-L${range.startLine},${range.endLine}:${path}`;
    return parseLog(await this.#text(['log', ...shape, '-s', lines, at]));
  }

  /**
   * Unified diff of two commits, renames detected. `from` undefined compares with nothing: everything is added.
   * @throws HeadroomError `HEADROOM_GIT_OUTPUT_TOO_LARGE`
   */
  async diff(from: string | undefined, to: string, options: DiffOptions = {}): Promise<string> {
    const before = from === undefined ? await this.#emptyTree() : await this.resolve(from);
    const after = await this.resolve(to);
    const context = `-U${options.contextLines ?? 3}`;
    return await this.#text(['diff', ...DIFF_OPTIONS, context, before, after, '--', ...(options.paths ?? [])], {
      maxBytes: options.maxBytes ?? MAX_DIFF_BYTES,
    });
  }

  /** What differs between two commits, file by file in byte order of the paths, renames detected. `from` undefined: everything is added. */
  async changedFiles(from: string | undefined, to: string): Promise<ChangedFile[]> {
    const before = from === undefined ? await this.#emptyTree() : await this.resolve(from);
    const after = await this.resolve(to);
    return parseNumstat(await this.#text(['diff', '--numstat', '-z', ...DIFF_OPTIONS, before, after, '--']));
  }

  /**
   * The lines that a commit itself changed, without context, renames detected; binary content has no lines. For a merge these are
   * the changes that the merge made beside what git merges by itself.
   * @throws HeadroomError `HEADROOM_GIT_OUTPUT_TOO_LARGE` above 16 MiB
   */
  async changedLines(commit: string): Promise<FileDiff[]> {
    const text = await this.#text(
      ['log', '-1', '--format=', '-p', '--remerge-diff', ...DIFF_OPTIONS, '-U0', await this.resolve(commit), '--'],
      { maxBytes: MAX_DIFF_BYTES },
    );
    // A remerge explains conflicts on lines of its own.
    return parseUnifiedDiff(text.replaceAll(/^remerge .*\n/gm, ''));
  }

  /**
   * {@link changedLines} of many commits, by their full ids, with two git processes; undefined for a commit that changes more than
   * 16 MiB. `until`: a commit that all of them come after, so that git need not order what is older.
   */
  async changedLinesOf(commits: readonly string[], until?: string): Promise<Map<string, FileDiff[] | undefined>> {
    // Git forgets the parents of a commit that it has shown: to merge again what a later merge merged, it must not need them any more.
    const ends = until === undefined ? [] : [`^${until}`];
    const input = [...commits, ...ends].map((line) => `${line}\n`).join('');
    const newestFirst = (await this.#text(['rev-list', '--topo-order', '--stdin'], { input })).split('\n');
    const wanted = new Set(commits);
    const ordered = [...newestFirst.filter((commit) => wanted.has(commit)), ...commits];
    const about = { gitDir: this.path, options: DIFF_OPTIONS, maxBytes: MAX_DIFF_BYTES, signal: this.#signal };
    return await changesOfCommits({ ...about, commits: ordered });
  }

  /**
   * Which files differ between each pair of commits, given by their full ids, renames detected, with two git processes for all.
   * @returns in the order of the pairs
   */
  async changedTrees(pairs: readonly (readonly [from: string, to: string])[]): Promise<TreeChange[][]> {
    const commits = [...new Set(pairs.flat())];
    if (commits.length === 0) return [];
    const shape = ['--no-walk=unsorted', '--stdin', '--no-show-signature', '--format=%H %T'];
    const listed = await this.#text(['log', ...shape], { input: `${commits.join('\n')}\n` });
    const trees = new Map(listed.split('\n').map((line) => line.split(' ') as [string, string]));
    const asked = pairs.map(([from, to]) => `${trees.get(from)} ${trees.get(to)}`);
    const unlike = [...new Set(asked)];
    const args = ['diff-tree', '--stdin', '-r', '--raw', '-z', '--find-renames', '--no-abbrev'];
    const found = parseTreeChanges(await this.#text(args, { input: `${unlike.join('\n')}\n` }), unlike);
    return asked.map((pair) => found.get(pair)!);
  }

  /** A commit that all of these have behind them, as new as possible; undefined where they have none in common. */
  async commonAncestor(commits: readonly string[]): Promise<string | undefined> {
    const ids = await Promise.all(commits.map((commit) => this.resolve(commit)));
    if (ids.length < 2) return ids[0];
    const { exitCode, stdout } = await this.#git(['merge-base', '--octopus', ...ids]);
    return exitCode === 0 ? stdout.toString('utf8').trim().split('\n')[0] : undefined;
  }

  /**
   * The lines that differ between two commits, without context, renames detected; like {@link changedLines}. `paths`: only these.
   * @throws HeadroomError `HEADROOM_GIT_OUTPUT_TOO_LARGE` above 16 MiB
   */
  async changesBetween(from: string, to: string, paths: readonly string[] = []): Promise<FileDiff[]> {
    return parseUnifiedDiff(await this.diff(from, to, { contextLines: 0, paths }));
  }

  /**
   * Who wrote the lines of a file as of a commit. Blanks are ignored, moved and copied lines followed, and the commits of the
   * repository's own `.git-blame-ignore-revs` passed over. Lines beyond the end of the file are left out.
   */
  async blame(commit: string, path: string, range: BlameRange): Promise<BlameLine[]> {
    const at = await this.resolve(commit);
    const { startLine, endLine, followMoves = true, until } = range;
    const key = JSON.stringify([this.path, at, path, startLine, endLine, followMoves, until]);
    return await this.#memory.blames.of(key, () => this.#blame(at, path, range));
  }

  async #blame(at: string, path: string, range: BlameRange): Promise<BlameLine[]> {
    const [source, listed] = await this.#withFiles((files) =>
      Promise.all([files.file(at, path), files.file(at, '.git-blame-ignore-revs')]),
    );
    const count = source === undefined ? 0 : source.replace(/\n$/, '').split('\n').length;
    const last = Math.min(range.endLine, count);
    if (source === '' || last < range.startLine) return [];
    return await this.#withScratch(async (scratch) => {
      const ignored = await this.#ignoredRevisions(listed ?? '', scratch);
      const moves = range.followMoves === false ? [] : ['-M', '-C'];
      const until = range.until === undefined ? [] : [`^${await this.resolve(range.until)}`];
      const lines = `-L${Math.max(1, range.startLine)},${last}`;
      return parseBlame(
        await this.#text(['blame', '--line-porcelain', '-w', ...moves, ...ignored, lines, at, ...until, '--', path]),
      );
    });
  }

  async #withFiles<T>(read: (files: ObjectReader) => Promise<T>): Promise<T> {
    const files = this.openFiles();
    try {
      return await read(files);
    } finally {
      files.close();
    }
  }

  async #ignoredRevisions(listed: string, scratch: string): Promise<string[]> {
    const ids = listed
      .split('\n')
      .map((line) => line.replace(/#.*/, '').trim())
      .filter((line) => FULL_ID.test(line));
    if (ids.length === 0) return [];
    // Git refuses the whole list when one entry is no commit that it has.
    const checked = await this.#text(['cat-file', '--batch-check=%(objectname) %(objecttype)'], {
      input: `${ids.join('\n')}\n`,
    });
    const known = checked.split('\n').filter((line) => line.endsWith(' commit'));
    const file = join(scratch, 'ignored');
    await writeFile(file, known.map((line) => `${line.split(' ')[0]}\n`).join(''));
    return [`--ignore-revs-file=${file}`];
  }

  /**
   * Writes the files of a commit, byte by byte as committed, to a folder that is missing or empty: no `.git`, no remote, no
   * credential. Submodules stay empty folders.
   * @throws HeadroomError `HEADROOM_EXPORT_NOT_EMPTY`, `HEADROOM_GIT_FAILED`
   */
  async exportTree(commit: string, dir: string): Promise<void> {
    const target = resolvePath(dir);
    await mkdir(target, { recursive: true });
    if ((await readdir(target)).length > 0) {
      throw new HeadroomError(`${target} is not empty. Give a new folder for the files of a commit.`, {
        code: 'HEADROOM_EXPORT_NOT_EMPTY',
        details: { dir: target },
      });
    }
    await this.#withIndex(await this.resolve(commit), async (env) => {
      await this.#text([`--work-tree=${target}`, 'checkout-index', '--all', '--quiet'], { env, cwd: target });
    });
  }

  /**
   * Commits a patch on its base without touching any branch: the same input always gives the same commit.
   * @throws HeadroomError `HEADROOM_PATCH_INVALID`, `HEADROOM_PATCH_DOES_NOT_APPLY`, `HEADROOM_REF_UNKNOWN`
   */
  async commitPatch(options: PatchCommit): Promise<{ commit: string; tree: string }> {
    const summary = parsePatch(options.patch);
    assertChanges(summary);
    const base = await this.resolve(options.base);
    const tree = await this.#withIndex(base, async (env) => {
      const args = ['apply', '--cached', '--whitespace=nowarn', '-'];
      const applied = await this.#git(args, { env, input: options.patch });
      if (applied.exitCode !== 0) throw doesNotApply(applied.stderr);
      return (await this.#text(['write-tree'], { env })).trim();
    });
    const named = new Set(summary.files.flatMap((file) => [file.path, file.oldPath ?? file.path]));
    const touched = await this.#text(['diff-tree', '-r', '-z', '--name-only', '--no-renames', base, tree]);
    if (touched.split('\0').some((path) => path !== '' && !named.has(path))) {
      throw new HeadroomError('The patch changes a file that it does not name.', { code: 'HEADROOM_PATCH_INVALID' });
    }
    return { commit: await this.#commitTree(tree, base, options), tree };
  }

  async #commitTree(tree: string, base: string, { message, author, date }: PatchCommit): Promise<string> {
    const when = date ?? (await this.#text(['log', '-1', '--format=%cI', base, '--'])).trim();
    const env = {
      GIT_AUTHOR_NAME: author.name,
      GIT_AUTHOR_EMAIL: author.email,
      GIT_AUTHOR_DATE: when,
      GIT_COMMITTER_NAME: author.name,
      GIT_COMMITTER_EMAIL: author.email,
      GIT_COMMITTER_DATE: when,
    };
    return (await this.#text(['commit-tree', '-p', base, '-F', '-', tree], { env, input: `${message}\n` })).trim();
  }

  /**
   * Pushes a commit to a branch of the repository. `exists` says that the branch had this commit already, so that repeating a push
   * is harmless.
   * @throws HeadroomError `HEADROOM_BRANCH_INVALID`; `HEADROOM_BRANCH_CONFLICT`: the branch has another commit than expected and was
   * left alone; `HEADROOM_PUSH_FAILED`
   */
  async pushBranch({ commit, branch, expectedOld }: BranchPush): Promise<'created' | 'exists' | 'updated'> {
    const [ref, wanted] = [branchRef(branch), await this.resolve(commit)];
    const old = await this.remoteBranch(branch);
    if (old === wanted) return 'exists';
    if (old !== expectedOld) throw conflict(branch, this.location, old);
    const lease = `--force-with-lease=${ref}:${old ?? ''}`;
    const pushed = await this.#remote(['push', '--quiet', '--no-verify', lease, REMOTE, `${wanted}:${ref}`]);
    if (pushed.exitCode === 0) return old === undefined ? 'created' : 'updated';
    const now = await this.remoteBranch(branch);
    if (now === wanted) return 'exists';
    if (now !== old) throw conflict(branch, this.location, now);
    throw pushFailed('pushed to', branch, this.location, explanationOf(pushed.stderr, this.#source));
  }

  /**
   * Deletes a branch of the repository, if it has the expected commit. `missing` says that it was gone already.
   * @throws HeadroomError `HEADROOM_BRANCH_INVALID`; `HEADROOM_BRANCH_CONFLICT`: the branch has another commit and was left alone;
   *   `HEADROOM_PUSH_FAILED`
   */
  async deleteBranch(branch: string, expected: string): Promise<'deleted' | 'missing'> {
    const ref = branchRef(branch);
    const old = await this.remoteBranch(branch);
    if (old === undefined) return 'missing';
    if (old !== expected) throw conflict(branch, this.location, old);
    const lease = `--force-with-lease=${ref}:${expected}`;
    const pushed = await this.#remote(['push', '--quiet', '--no-verify', lease, REMOTE, `:${ref}`]);
    if (pushed.exitCode === 0) return 'deleted';
    const now = await this.remoteBranch(branch);
    if (now === undefined) return 'missing';
    if (now !== expected) throw conflict(branch, this.location, now);
    throw pushFailed('deleted from', branch, this.location, explanationOf(pushed.stderr, this.#source));
  }

  /**
   * The commit that a branch of the repository has now; undefined when there is no such branch.
   * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`, `HEADROOM_BRANCH_INVALID`
   */
  async remoteBranch(branch: string): Promise<string | undefined> {
    const ref = branchRef(branch);
    const result = await this.#remote(['ls-remote', '--refs', REMOTE, ref]);
    if (result.exitCode !== 0) throw unreadable(this.#source, result.stderr);
    const lines = result.stdout.toString('utf8').split('\n');
    return lines.find((line) => line.slice(line.indexOf('\t') + 1) === ref)?.split('\t')[0];
  }

  async #emptyTree(): Promise<string> {
    return (await this.#text(['hash-object', '-w', '-t', 'tree', '--stdin'])).trim();
  }

  /** Runs work with an index of its own, filled with a commit. */
  async #withIndex<T>(commit: string, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
    return await this.#withScratch(async (scratch) => {
      const env = { GIT_INDEX_FILE: join(scratch, 'index') };
      await this.#text(['read-tree', commit], { env });
      return await work(env);
    });
  }

  async #withScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
    const scratch = await mkdtemp(join(tmpdir(), 'headroom-git-'));
    try {
      return await work(scratch);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  #remote(args: readonly string[]): Promise<GitResult> {
    return runWithRemote({ source: this.#source, path: this.path, signal: this.#signal }, args);
  }

  #git(args: readonly string[], run: Partial<GitRun> = {}): Promise<GitResult> {
    return runGit({ signal: this.#signal, ...run, args: [`--git-dir=${this.path}`, ...args] });
  }

  async #text(args: readonly string[], run: Partial<GitRun> = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.#git(args, run);
    if (exitCode !== 0) throw failed(args.find((arg) => !arg.startsWith('-')) ?? 'git', stderr);
    return stdout.toString('utf8');
  }
}

function pushFailed(what: string, branch: string, location: string, why: string): HeadroomError {
  return new HeadroomError(
    `The branch ${branch} could not be ${what} ${location}: ${why}. Check that Headroom may write there.`,
    { code: 'HEADROOM_PUSH_FAILED', retryable: true, details: { branch, location } },
  );
}

const DIFF_OPTIONS = [
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-indent-heuristic',
  '--find-renames',
  '--submodule=short',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;

/** Whether git takes a path for one inside of the repository. */
function isInside(path: string): boolean {
  return path !== '' && !path.startsWith('/') && !path.includes('\0') && !path.split('/').includes('..');
}

/** Names to try for a reference. None can be taken for an option or for git's revision syntax. */
function namesOf(ref: string): string[] {
  if (FULL_ID.test(ref)) return [ref];
  if (ref === 'HEAD') return [ref];
  const ids = SHORT_ID.test(ref) ? [ref] : [];
  if (!isRefName(ref)) return ids;
  if (ref.startsWith('refs/')) return [ref];
  return [`refs/heads/${ref}`, `refs/tags/${ref}`, ...ids];
}

/** The rules of `git check-ref-format`. */
function isRefName(name: string): boolean {
  return (
    name !== '' &&
    !/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|^\/|\/$/.test(name) &&
    name.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}

function branchRef(branch: string): string {
  if (isRefName(branch)) return `refs/heads/${branch}`;
  throw new HeadroomError(`"${printable(branch)}" cannot be the name of a branch.`, {
    code: 'HEADROOM_BRANCH_INVALID',
    details: { branch: printable(branch) },
  });
}

function failed(verb: string, stderr: string): HeadroomError {
  return new HeadroomError(`git ${verb} failed: ${explanationOf(stderr)}`, {
    code: 'HEADROOM_GIT_FAILED',
    details: { verb },
  });
}

function conflict(branch: string, location: string, found: string | undefined): HeadroomError {
  const state =
    found === undefined ? 'does not exist any more' : `has the commit ${found}, which is not the expected one`;
  return new HeadroomError(`The branch ${branch} of ${location} ${state}; it was left alone.`, {
    code: 'HEADROOM_BRANCH_CONFLICT',
    details: { branch, location, found: found ?? null },
  });
}
