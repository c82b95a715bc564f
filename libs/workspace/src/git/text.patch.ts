import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HeadroomError } from '@headroom/contracts';
import { explanationOf } from './git.location.js';
import { runGit } from './git.process.js';

/** One file before and after; null where there is none. */
export interface ChangedText {
  /** Path in the repository; must have been checked. */
  path: string;
  before: string | null;
  after: string | null;
}

/**
 * Unified diff of some files, as git writes it; empty when nothing differs. Made in a folder of its own: no repository takes part.
 * @param options.contextLines unchanged lines around each change, at least 1. @default 3
 */
export async function patchOfTexts(
  files: readonly ChangedText[],
  { contextLines = 3, signal }: { contextLines?: number; signal?: AbortSignal } = {},
): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'headroom-diff-'));
  try {
    for (const side of ['a', 'b']) await mkdir(join(scratch, side));
    for (const { path, before, after } of files) {
      await written(join(scratch, 'a', path), before);
      await written(join(scratch, 'b', path), after);
    }
    const args = [
      'diff',
      '--no-index',
      '--no-prefix',
      '--no-ext-diff',
      '--no-textconv',
      '--no-renames',
      '--full-index',
    ];
    const { exitCode, stdout, stderr } = await runGit({
      args: [...args, `-U${contextLines}`, 'a', 'b'],
      cwd: scratch,
      signal,
    });
    if (exitCode <= 1) return asOfRepository(stdout.toString('utf8'));
    throw new HeadroomError(`git could not compare the texts: ${explanationOf(stderr)}.`, {
      code: 'HEADROOM_GIT_FAILED',
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * A file that is on one side only has the name of that side twice here, and not in a repository. What follows the numbers of a hunk
 * is a line from farther away: no more context than asked for.
 */
function asOfRepository(patch: string): string {
  return patch
    .replaceAll(/^diff --git ("?)[ab]\/(.*)\1 \1[ab]\/\2\1$/gm, 'diff --git $1a/$2$1 $1b/$2$1')
    .replaceAll(/^(@@ -\S+ \+\S+ @@).*$/gm, '$1');
}

async function written(path: string, text: string | null): Promise<void> {
  if (text === null) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
