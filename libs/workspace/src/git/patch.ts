import { dirname, resolve } from 'node:path';
import { realpath } from 'node:fs/promises';
import { HeadroomError } from '@headroom/contracts';
import { explanationOf } from './git.location.js';
import { runGit } from './git.process.js';
import { parseUnifiedDiff, type FileDiff, type FileStatus } from './unified.diff.js';

/** What a patch does to one file. */
export interface PatchedFile {
  /** Path afterwards; for a deleted file its path before. */
  path: string;
  /** Path before; absent for an added file. */
  oldPath?: string;
  status: FileStatus;
  /** Lines added and removed; 0 for binary content. */
  added: number;
  removed: number;
  /** Git file modes, where an existing file gets another one. */
  modeChange?: { from: string; to: string };
  binary: boolean;
  /** The file is, or becomes, a symbolic link. */
  symlink: boolean;
  /** The entry is, or becomes, a submodule. */
  submodule: boolean;
}

/** What a patch does. */
export interface PatchSummary {
  files: PatchedFile[];
  addedLines: number;
  removedLines: number;
}

/**
 * Reads what a patch does without applying it. An empty text is a patch that changes no file. Strict, so that a policy which allows
 * what it reads here has seen everything.
 * @throws HeadroomError `HEADROOM_PATCH_INVALID`: it is no unified diff of git, or a path leaves the repository
 */
export function parsePatch(patch: string): PatchSummary {
  const files = parseUnifiedDiff(patch).map(summaryOf);
  const sum = (key: 'added' | 'removed'): number => files.reduce((total, file) => total + file[key], 0);
  return { files, addedLines: sum('added'), removedLines: sum('removed') };
}

function summaryOf(file: FileDiff): PatchedFile {
  const { oldMode: from, newMode: to, oldPath } = file;
  const changed = from !== undefined && to !== undefined && from !== to;
  return {
    path: file.path,
    ...(oldPath === undefined ? {} : { oldPath }),
    status: file.status,
    added: file.hunks.reduce((total, hunk) => total + hunk.added.length, 0),
    removed: file.hunks.reduce((total, hunk) => total + hunk.removed.length, 0),
    ...(changed ? { modeChange: { from, to } } : {}),
    binary: file.binary,
    symlink: from === '120000' || to === '120000',
    submodule: from === '160000' || to === '160000',
  };
}

/**
 * Applies a patch to a folder of plain files: all of it or nothing. Context must match exactly; line numbers may be off.
 * @throws HeadroomError `HEADROOM_PATCH_DOES_NOT_APPLY`; `HEADROOM_PATCH_INVALID` also for a patch that changes nothing
 */
export async function applyPatch(dir: string, patch: string, signal?: AbortSignal): Promise<void> {
  assertChanges(parsePatch(patch));
  const folder = await realpath(resolve(dir));
  const result = await runGit({
    args: ['apply', '--whitespace=nowarn', '-'],
    cwd: folder,
    input: patch,
    // Inside another repository git would skip every path outside of it and call that success.
    env: { GIT_CEILING_DIRECTORIES: dirname(folder) },
    signal,
  });
  if (result.exitCode !== 0) throw doesNotApply(result.stderr);
}

/** @throws HeadroomError `HEADROOM_PATCH_INVALID` for a patch without files */
export function assertChanges(summary: PatchSummary): void {
  if (summary.files.length > 0) return;
  throw new HeadroomError('The patch changes no file.', { code: 'HEADROOM_PATCH_INVALID' });
}

/** The error for a patch that git refused. */
export function doesNotApply(stderr: string): HeadroomError {
  return new HeadroomError(
    `The patch does not apply: ${explanationOf(stderr)}. Make it again from the commit that it is based on.`,
    { code: 'HEADROOM_PATCH_DOES_NOT_APPLY', details: { git: explanationOf(stderr) } },
  );
}
