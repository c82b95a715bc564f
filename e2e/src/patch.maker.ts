import { join } from 'node:path';
import { buildRepository } from '@headroom/testing';
import { openMirror } from '@headroom/workspace';
import { targetFiles } from './target.repository.js';

/** A unified diff against the target's files, made by git. */
export async function patchOf(dir: string, changes: Record<string, string | null>): Promise<string> {
  const { bare, commits } = await buildRepository(dir, [
    { message: 'base', files: targetFiles },
    { message: 'change', files: changes },
  ]);
  const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'mirrors') });
  const [base, head] = commits;
  return mirror.diff(base, head ?? '');
}
