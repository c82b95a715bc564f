import { isUtf8 } from 'node:buffer';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { explanationOf } from './git.location.js';
import type { GitMirror } from './git.mirror.js';
import { runGit, type GitResult, type GitRun } from './git.process.js';

/** What is taken back, and where. */
export interface RevertOptions {
  /** Commit that the result is based on. */
  base: string;
  /** Commit to take back. */
  commit: string;
  signal?: AbortSignal;
}

/** What became of an attempt to take a commit back. */
export type Revert =
  | {
      status: 'clean';
      /** Unified diff against the base. */
      patch: string;
      /** Id of the tree that the base becomes. */
      tree: string;
    }
  /** Later changes stand in the way, in these files: in byte order. */
  | { status: 'conflict'; paths: string[] }
  /** The commit has several parents, or none: which of its changes are meant is not for git to say. */
  | { status: 'merge' | 'root' }
  /** Nothing of it is left on the base. */
  | { status: 'gone' }
  /** The patch holds text that is not UTF-8, and cannot be handed on as text. */
  | { status: 'not-text' };

/** A line of a tree. */
export interface WordPlace {
  path: string;
  /** 1-based. */
  line: number;
  text: string;
}

/**
 * Takes a commit back on a base as `git revert` does: a three-way merge of every file that it changed. Moves no branch and writes no
 * file outside the objects of the mirror. What merges with conflicts is not taken back at all.
 * @throws HeadroomError `HEADROOM_REF_UNKNOWN`, `HEADROOM_GIT_FAILED`, `HEADROOM_GIT_OUTPUT_TOO_LARGE`
 */
export async function revertCommit(mirror: GitMirror, { base, commit, signal }: RevertOptions): Promise<Revert> {
  const git = gitOf(mirror, signal);
  const [on, wrong] = [await mirror.resolve(base), await mirror.resolve(commit)];
  const listed = await textOf(git, ['rev-list', '--parents', '--max-count=1', wrong]);
  const [, ...parents] = listed.trim().split(' ');
  if (parents.length !== 1) return { status: parents.length > 1 ? 'merge' : 'root' };
  // Without renames: to take back a move of a file that changed since is a conflict, and that is for a person.
  const shape = ['--no-renames', '--no-ext-diff', '--no-textconv', '--no-color', '--full-index', '--binary'];
  // As bytes: a file need not be UTF-8.
  const change = await bytesOf(git, ['diff', ...shape, parents[0]!, wrong, '--']);
  if (change.length === 0) return { status: 'gone' };
  const scratch = await mkdtemp(join(tmpdir(), 'headroom-revert-'));
  try {
    const env = { GIT_INDEX_FILE: join(scratch, 'index') };
    await textOf(git, ['read-tree', on], { env });
    const args = ['apply', '--cached', '--3way', '--reverse', '--whitespace=nowarn', '-'];
    const applied = await git(args, { env, input: change });
    if (applied.exitCode !== 0) {
      const all = { env, stderr: applied.stderr, change: change.toString('utf8') };
      return { status: 'conflict', paths: await conflictsOf(git, all) };
    }
    const tree = (await textOf(git, ['write-tree'], { env })).trim();
    if (tree === (await mirror.treeOf(on))) return { status: 'gone' };
    const options = [...shape.filter((one) => one !== '--no-renames' && one !== '--full-index'), '--find-renames'];
    const prefixes = ['--src-prefix=a/', '--dst-prefix=b/'];
    const patch = await bytesOf(git, ['diff', ...options, ...prefixes, on, tree, '--']);
    return isUtf8(patch) ? { status: 'clean', patch: patch.toString('utf8'), tree } : { status: 'not-text' };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Lines of a tree that hold one of these words as a whole, in text files, by path and line.
 * @param tree id of a tree or commit
 */
export async function findWords(
  mirror: GitMirror,
  { tree, words, signal }: { tree: string; words: readonly string[]; signal?: AbortSignal },
): Promise<WordPlace[]> {
  if (words.length === 0) return [];
  const git = gitOf(mirror, signal);
  const wanted = words.flatMap((word) => ['-e', word]);
  const args = [
    'grep',
    '--line-number',
    '--null',
    '--word-regexp',
    '--fixed-strings',
    '-I',
    '--full-name',
    '--no-color',
  ];
  const { exitCode, stdout, stderr } = await git([...args, ...wanted, tree, '--']);
  if (exitCode > 1) throw failed('grep', stderr);
  const lines = stdout.toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => placeOf(line, tree));
}

type Git = (args: readonly string[], run?: Partial<GitRun>) => Promise<GitResult>;

function gitOf(mirror: GitMirror, signal: AbortSignal | undefined): Git {
  return (args, run = {}) => runGit({ signal, ...run, args: [`--git-dir=${mirror.path}`, ...args] });
}

async function bytesOf(git: Git, args: readonly string[], run: Partial<GitRun> = {}): Promise<Buffer> {
  const { exitCode, stdout, stderr } = await git(args, run);
  if (exitCode !== 0) throw failed(args[0] ?? 'git', stderr);
  return stdout;
}

async function textOf(git: Git, args: readonly string[], run: Partial<GitRun> = {}): Promise<string> {
  return (await bytesOf(git, args, run)).toString('utf8');
}

/** Files that git could not merge; all files of the change where it does not say. */
async function conflictsOf(
  git: Git,
  { env, stderr, change }: { env: Record<string, string>; stderr: string; change: string },
): Promise<string[]> {
  const unmerged = (await textOf(git, ['ls-files', '--unmerged', '-z'], { env })).split('\0').filter(Boolean);
  const refused = [
    ...stderr.matchAll(/^error: (?:patch failed: (.+):\d+|(.+): (?:patch does not apply|.*index.*))$/gm),
  ];
  const told = [
    ...unmerged.map((entry) => entry.slice(entry.indexOf('\t') + 1)),
    ...refused.map((match) => match[1] ?? match[2]!),
  ];
  const all = [...change.matchAll(/^(?:---|\+\+\+) [ab]\/(.+?)\t?$/gm)].map((match) => match[1]!);
  return [...new Set(told.length > 0 ? told : all)].sort();
}

function placeOf(line: string, tree: string): WordPlace {
  const [path = '', number = '', ...text] = line.slice(tree.length + 1).split('\0');
  return { path, line: Number(number), text: text.join('\0') };
}

function failed(verb: string, stderr: string): HeadroomError {
  return new HeadroomError(`git ${verb} failed: ${explanationOf(stderr)}`, {
    code: 'HEADROOM_GIT_FAILED',
    details: { verb },
  });
}
