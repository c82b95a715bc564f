import { mkdtemp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@headroom/contracts';
import type { GitMirror } from '@headroom/workspace';

/** Most commits whose files are kept. */
const KEPT = 8;
/** Files that were asked for so lately may be being searched, and stay. */
const IN_USE_MS = 2 * 60_000;
const ABANDONED_MS = 3_600_000;

/**
 * Files of commits on disk, each written once. A cache: ripgrep and the parser need files, and after the first search of a commit
 * the system has them in memory, whereas `git grep` on a commit inflates every object again for every search.
 */
export class ExportedFiles {
  readonly #dir: string;
  readonly #running = new Map<string, Promise<string>>();

  /** @param dir of this cache alone; made when missing */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Folder with the files of a commit. */
  of(mirror: GitMirror, commit: string): Promise<string> {
    const name = `${sha256(mirror.path).slice(0, 12)}-${commit}`;
    const running = this.#running.get(name);
    if (running) return running;
    const made = this.#made(mirror, commit, name).finally(() => this.#running.delete(name));
    this.#running.set(name, made);
    return made;
  }

  async #made(mirror: GitMirror, commit: string, name: string): Promise<string> {
    const dir = join(this.#dir, name);
    const now = new Date();
    const isThere = await utimes(dir, now, now).then(
      () => true,
      () => false,
    );
    if (isThere) return dir;
    await mkdir(this.#dir, { recursive: true });
    const scratch = await mkdtemp(join(this.#dir, '.new-'));
    try {
      await mirror.exportTree(commit, scratch);
      await rename(scratch, dir);
    } catch (error) {
      await rm(scratch, { recursive: true, force: true });
      // Another process may have been first.
      if (await isFolder(dir)) return dir;
      throw error;
    }
    await this.#prune(name);
    return dir;
  }

  async #prune(newest: string): Promise<void> {
    const names = (await readdir(this.#dir)).filter((each) => each !== newest);
    const now = Date.now();
    const dated = await Promise.all(
      names.map(async (each) => {
        const entry = await stat(join(this.#dir, each)).catch(() => undefined);
        return { each, at: entry?.mtimeMs ?? now };
      }),
    );
    const idle = dated.filter(({ at }) => now - at > IN_USE_MS).sort((a, b) => b.at - a.at);
    // What a process that was killed has begun stays until it is surely old.
    const begun = idle.filter(({ each, at }) => each.startsWith('.') && now - at > ABANDONED_MS);
    const whole = idle.filter(({ each }) => !each.startsWith('.'));
    const busy = dated.filter(({ each, at }) => !each.startsWith('.') && now - at <= IN_USE_MS).length;
    const old = [...begun, ...whole.slice(Math.max(0, KEPT - 1 - busy))];
    await Promise.all(old.map(({ each }) => rm(join(this.#dir, each), { recursive: true, force: true })));
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
