import { mkdtemp, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '@headroom/contracts';
import type { GitMirror } from '@headroom/workspace';

/** Most commits whose files are kept. */
const KEPT = 4;

/** Files of commits on disk, each written once: a search over thousands of files needs them there. A cache. */
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
      throw error;
    }
    await this.#prune(name);
    return dir;
  }

  async #prune(newest: string): Promise<void> {
    const names = (await readdir(this.#dir)).filter((each) => !each.startsWith('.') && each !== newest);
    const dated = await Promise.all(
      names.map(async (each) => ({ each, at: (await stat(join(this.#dir, each))).mtimeMs })),
    );
    const old = dated.sort((a, b) => b.at - a.at).slice(KEPT - 1);
    await Promise.all(old.map(({ each }) => rm(join(this.#dir, each), { recursive: true, force: true })));
  }
}
