import { realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { applyPatch } from '@headroom/workspace';
import type { WorkFolders } from './work.folders.js';

/** Which side of the comparison a checkout is of. */
export type Side = 'base' | 'head';

/** The working copies of one verification: the base as it was exported and installed, and copies of it. */
export class Checkouts {
  readonly #folders: WorkFolders;
  readonly #patch: string;
  readonly #signal: AbortSignal | undefined;
  readonly #prepared = new Map<Side, string>();

  constructor(parts: { folders: WorkFolders; patch: string; signal?: AbortSignal }) {
    this.#folders = parts.folders;
    this.#patch = parts.patch;
    this.#signal = parts.signal;
  }

  /** Folder of the base; nothing of the target has run in it. */
  get baseDir(): string {
    return join(this.#folders.root, 'base');
  }

  /** The folder of the base, empty. */
  emptyBase(): Promise<string> {
    return this.#folders.empty('base');
  }

  /** A folder inside the base; undefined where it has none of that name, or a link that leads out of it. */
  async folderOnBase(path: string): Promise<string | undefined> {
    const root = await realpath(this.baseDir);
    const folder = await realpath(join(root, path)).catch(() => undefined);
    if (folder === undefined || !(folder === root || folder.startsWith(root + sep))) return undefined;
    return (await stat(folder)).isDirectory() ? folder : undefined;
  }

  /** A copy of the base, with the patch for head; nothing is built in it. */
  async clean(name: string, side: Side): Promise<string> {
    const dir = await this.#folders.copy(this.baseDir, name, this.#signal);
    if (side === 'head') await applyPatch(dir, this.#patch, this.#signal);
    return dir;
  }

  /** From now on, ready copies of a side are copies of this folder. */
  use(side: Side, dir: string): void {
    this.#prepared.set(side, dir);
  }

  /** A copy to run in: of what was built, else a clean one. */
  async ready(name: string, side: Side): Promise<string> {
    const prepared = this.#prepared.get(side);
    return prepared === undefined ? this.clean(name, side) : this.#folders.copy(prepared, name, this.#signal);
  }
}
