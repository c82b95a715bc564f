import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { ExclusiveLock } from '@headroom/platform';
import { explanationOf } from './git.location.js';
import { updateCommitGraph } from './commit.graph.js';
import { runGit, type GitResult } from './git.process.js';
import { REMOTE, runWithRemote, unreadable, type MirrorOf } from './git.remote.js';

/** Where the mirror of a location lies: its name tells nothing about the location. */
export function mirrorPath(cacheDir: string, location: string): string {
  return join(resolve(cacheDir), `${sha256(location).slice(0, 32)}.git`);
}

/**
 * Makes a mirror when it is missing or damaged, and reads all branches and tags of its repository. Callers of several processes
 * wait for each other.
 * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`
 */
export async function updateMirror(mirror: MirrorOf): Promise<void> {
  const { path, signal } = mirror;
  const lock = await new ExclusiveLock(`${path}.lock`).acquire('update of a git mirror', signal);
  try {
    if (!(await isComplete(path))) await create(path, signal);
    // A process that was killed while it fetched leaves locks behind; whoever holds the mirror's own lock may remove them.
    await removeStaleLocks(path);
    let result = await fetchAll(mirror);
    if (result.exitCode !== 0 && DAMAGED.test(result.stderr)) {
      await rm(path, { recursive: true, force: true });
      await create(path, signal);
      result = await fetchAll(mirror);
    }
    if (result.exitCode !== 0) throw unreadable(mirror.source, result.stderr);
    await updateCommitGraph(mirror);
  } finally {
    lock.release();
  }
}

function fetchAll(mirror: MirrorOf): Promise<GitResult> {
  return runWithRemote(mirror, [
    'fetch',
    '--quiet',
    '--prune',
    '--force',
    '--no-auto-maintenance',
    '--no-write-fetch-head',
    '--update-head-ok',
    '--no-tags',
    '--no-recurse-submodules',
    REMOTE,
    '+refs/heads/*:refs/heads/*',
    '+refs/tags/*:refs/tags/*',
  ]);
}

const COMPLETE = 'headroom-mirror';
const DAMAGED =
  /not a git repository: '|bad object|object file .* is (?:empty|corrupt)|loose object|packfile .* (?:cannot be|is|claims)|inflate: data/i;

async function isComplete(path: string): Promise<boolean> {
  return await access(join(path, COMPLETE)).then(
    () => true,
    () => false,
  );
}

// What a repository says about itself in .gitattributes must not change the bytes that are read or written, nor what a diff shows.
const ATTRIBUTES = '* -text !eol !ident !filter !working-tree-encoding !diff !merge !whitespace\n';

async function create(path: string, signal?: AbortSignal): Promise<void> {
  const unfinished = `${path}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await rm(path, { recursive: true, force: true });
  const { exitCode, stderr } = await runGit({
    args: ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', unfinished],
    signal,
  });
  if (exitCode !== 0) {
    throw new HeadroomError(`A mirror could not be made in ${path}: ${explanationOf(stderr)}`, {
      code: 'HEADROOM_GIT_FAILED',
    });
  }
  await mkdir(join(unfinished, 'info'), { recursive: true });
  await writeFile(join(unfinished, 'info', 'attributes'), ATTRIBUTES);
  await writeFile(join(unfinished, COMPLETE), '1\n');
  await rename(unfinished, path);
}

async function removeStaleLocks(path: string): Promise<void> {
  const refs = await readdir(join(path, 'refs'), { recursive: true });
  const locks = refs.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name));
  for (const name of [...locks, 'packed-refs.lock', 'HEAD.lock', 'config.lock', 'shallow.lock']) {
    await rm(join(path, name), { force: true });
  }
}
