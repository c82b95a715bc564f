import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findWords, openMirror, revertCommit } from '@headroom/workspace';
import type { PlaybookInput, RevertPort } from '../playbooks/playbook.js';
import type { EvalCase } from './eval.case.js';

const run = promisify(execFile);

/** The change of a case as a commit of a git repository, which is removed when the case is done. */
export interface EvalHistory {
  /** The change; the base, unless later changes followed it. */
  readonly commit: string;
  /** The change as git writes it. */
  readonly diff: string;
  /** First line of its message. */
  readonly title: string;
  readonly readBefore: NonNullable<PlaybookInput['readBefore']>;
  readonly reverting: RevertPort;
}

/** Gives work the history of a case that says what stood before its change; undefined for one that does not. */
export async function withEvalHistory<T>(
  { before, left, files, spec }: EvalCase,
  work: (history: EvalHistory | undefined) => Promise<T>,
): Promise<T> {
  if (!before) return work(undefined);
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  // Neither the settings nor the clock of whoever runs it may change a commit.
  const at = '2026-01-01T00:00:00Z';
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Author',
    GIT_AUTHOR_EMAIL: 'author@team.example',
    GIT_AUTHOR_DATE: at,
    GIT_COMMITTER_NAME: 'Author',
    GIT_COMMITTER_EMAIL: 'author@team.example',
    GIT_COMMITTER_DATE: at,
  };
  const git = async (...words: string[]): Promise<string> =>
    (await run('git', words, { cwd: words[0] === 'init' ? dir : join(dir, 'work'), env })).stdout;
  const commit = async (title: string): Promise<void> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', title);
  };
  const { cause } = spec;
  const title = 'title' in cause && cause.title !== undefined ? cause.title : 'A change';
  const contents = [{ ...files, ...left, ...before }, { ...files, ...left }, ...(left ? [files] : [])];
  try {
    await git('init', '--quiet', '--initial-branch=main', 'work');
    for (const [index, message] of ['Before', title, 'Later'].slice(0, contents.length).entries()) {
      await replace(join(dir, 'work'), contents[index]!);
      await commit(message);
    }
    const change = (await git('rev-parse', left ? 'HEAD~1' : 'HEAD')).trim();
    const parent = (await git('rev-parse', `${change}~1`)).trim();
    const mirror = await openMirror({ location: join(dir, 'work'), cacheDir: join(dir, 'mirrors') });
    const base = await mirror.resolve('main');
    return await work({
      commit: change,
      title,
      diff: await mirror.diff(parent, change),
      readBefore: (path) => mirror.readFile(parent, path),
      reverting: {
        revert: (one) => revertCommit(mirror, { base, commit: one }),
        findWords: (tree, words) => findWords(mirror, { tree, words }),
      },
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Makes a folder hold these files and no others; git's own stay. */
async function replace(dir: string, files: Readonly<Record<string, string | null>>): Promise<void> {
  for (const name of await readdir(dir)) if (name !== '.git') await rm(join(dir, name), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    if (text === null) continue;
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
}
