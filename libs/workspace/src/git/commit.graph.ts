import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@headroom/contracts';
import { runGit } from './git.process.js';
import type { MirrorOf } from './git.remote.js';

const STAMP = 'headroom-graph';

/**
 * Writes down the parents, and which paths each commit changed, of what a fetch brought: with it git finds the commits of a file
 * without opening every commit and its folders. What is known stays; without new commits nothing is written. Only an index: where it
 * cannot be written, git goes without.
 */
export async function updateCommitGraph({ path, signal }: Pick<MirrorOf, 'path' | 'signal'>): Promise<void> {
  const run = (args: readonly string[]) => runGit({ args: [`--git-dir=${path}`, ...args], signal });
  const refs = await run(['for-each-ref', '--format=%(objectname)']);
  const stamp = sha256(refs.stdout.toString('utf8'));
  const file = join(path, STAMP);
  if ((await readFile(file, 'utf8').catch(() => '')) === stamp) return;
  // Whoever holds the mirror's lock may remove what a process left that was killed.
  await rm(join(path, 'objects', 'info', 'commit-graphs', 'commit-graph-chain.lock'), { force: true });
  const { exitCode } = await run([
    'commit-graph',
    'write',
    '--reachable',
    '--split',
    '--changed-paths',
    '--no-progress',
  ]);
  if (exitCode === 0) await writeFile(file, stamp);
}
