import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { HeadroomError, sha256 } from '@headroom/contracts';
import { ExclusiveLock } from '@headroom/platform';
import { explanationOf } from './git.location.js';
import { GitMirror, unreadable } from './git.mirror.js';
import { runGit } from './git.process.js';

/** Options of {@link openMirror}. */
export interface OpenMirrorOptions {
  /** Anything that `git fetch` takes: an absolute path, or a URL of the protocols file, git, http, https, ssh. May hold credentials. */
  location: string;
  /** Folder of all mirrors of this process; made when missing. Only a cache: it may be removed when no process uses it. */
  cacheDir: string;
  /** Ends this call and every later call of the mirror. */
  signal?: AbortSignal;
}

/** A {@link GitMirror} that can be brought up to date. */
class OpenedMirror extends GitMirror {
  readonly #update: () => Promise<void>;

  constructor(options: OpenMirrorOptions, path: string) {
    super(options.location, path, options.signal);
    this.#update = () => update(this, options);
  }

  /** Reads all branches and tags of the repository again; those that are gone there are removed. */
  async fetch(): Promise<void> {
    await this.#update();
  }
}
export type { OpenedMirror };

/**
 * Opens the bare mirror of a repository, makes it when missing, and brings it up to date. May be called from several processes at
 * once: they wait for each other. The credentials of the location are never written to disk.
 * @throws HeadroomError `HEADROOM_REPOSITORY_UNREADABLE`, its message naming the location without credentials
 */
export async function openMirror(options: OpenMirrorOptions): Promise<OpenedMirror> {
  const path = join(resolve(options.cacheDir), `${sha256(options.location).slice(0, 32)}.git`);
  const mirror = new OpenedMirror(options, path);
  await mirror.fetch();
  return mirror;
}

async function update(mirror: GitMirror, { location, cacheDir, signal }: OpenMirrorOptions): Promise<void> {
  await mkdir(resolve(cacheDir), { recursive: true });
  const lock = await new ExclusiveLock(`${mirror.path}.lock`).acquire('update of a git mirror', signal);
  try {
    if (!(await isComplete(mirror.path))) await create(mirror.path, signal);
    // A process that was killed while it fetched leaves locks behind; whoever holds the mirror's own lock may remove them.
    await removeStaleLocks(mirror.path);
    let result = await mirror.fetchUnlocked();
    if (result.exitCode !== 0 && DAMAGED.test(result.stderr)) {
      await rm(mirror.path, { recursive: true, force: true });
      await create(mirror.path, signal);
      result = await mirror.fetchUnlocked();
    }
    if (result.exitCode !== 0) throw unreadable(location, result.stderr);
  } finally {
    lock.release();
  }
}

const COMPLETE = 'headroom-mirror';
const DAMAGED = /not a git repository: '|bad object|object file .* is (?:empty|corrupt)|loose object|packfile .* (?:cannot be|is|claims)|inflate: data/i;

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
  const locks = [...refs.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name))];
  for (const name of [...locks, 'packed-refs.lock', 'HEAD.lock', 'config.lock', 'shallow.lock']) {
    await rm(join(path, name), { force: true });
  }
}
