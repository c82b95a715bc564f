import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWords, openMirror, revertCommit } from '@headroom/workspace';
import type { PlaybookInput, RevertPort } from '../playbooks/playbook.js';
import type { EvalCase } from './eval.case.js';
import { makeEvalRepository } from './eval.repository.js';

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
  const { cause } = spec;
  const title = 'title' in cause && cause.title !== undefined ? cause.title : 'A change';
  const commits = [
    { message: 'Before', files: { ...files, ...left, ...before } },
    { message: title, files: { ...files, ...left } },
    ...(left ? [{ message: 'Later', files }] : []),
  ];
  const dir = await mkdtemp(join(tmpdir(), 'headroom-eval-'));
  try {
    const [parent = '', change = ''] = await makeEvalRepository(join(dir, 'work'), commits);
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
