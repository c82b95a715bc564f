import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { EvalCase } from './eval.case.js';

const run = promisify(execFile);

/** A git repository in which the change of a case is the last commit. */
export interface EvalHistory {
  /** Of the repository; removed when the case is done. */
  readonly dir: string;
  /** Commit of the base, which is the change itself. */
  readonly commit: string;
  /** The change as git writes it. */
  readonly diff: string;
}

/** Gives work the history of a case that says what stood before its change; undefined for one that does not. */
export async function withEvalHistory<T>(
  { before, files, spec }: EvalCase,
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
    ...{ GIT_AUTHOR_NAME: 'Author', GIT_AUTHOR_EMAIL: 'author@team.example', GIT_AUTHOR_DATE: at },
    ...{ GIT_COMMITTER_NAME: 'Author', GIT_COMMITTER_EMAIL: 'author@team.example', GIT_COMMITTER_DATE: at },
  };
  const git = async (...words: string[]): Promise<string> => (await run('git', words, { cwd: dir, env })).stdout;
  const commit = async (title: string): Promise<void> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', title);
  };
  try {
    await git('init', '--quiet', '--initial-branch=main');
    for (const [path, text] of Object.entries({ ...files, ...before }))
      if (text !== null) await writeIn(dir, path, text);
    await commit('Before');
    for (const path of Object.keys(before)) await rm(join(dir, path), { force: true });
    for (const [path, text] of Object.entries(files)) await writeIn(dir, path, text);
    await commit('title' in spec.cause && spec.cause.title !== undefined ? spec.cause.title : 'A change');
    const id = (await git('rev-parse', 'HEAD')).trim();
    return await work({ dir, commit: id, diff: await git('diff', '--no-color', '--no-ext-diff', 'HEAD~1', 'HEAD') });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function writeIn(dir: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), text);
}
