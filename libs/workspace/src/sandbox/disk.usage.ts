import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that a folder takes on its disk. What vanishes meanwhile counts nothing. */
export async function folderBytes(dir: string): Promise<number> {
  let total = 0;
  const open = [dir];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) open.push(path);
      else total += (await lstat(path).catch(() => undefined))?.blocks ?? 0;
    }
  }
  return total * 512;
}

/** Free bytes of the disk that a folder lies on. */
async function freeBytes(dir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dir);
  return bavail * bsize;
}

/**
 * Tells when a folder has grown beyond a bound. Walking the folder is dear, so that is done only once the disk as a whole
 * has lost as much; others write to it too, so the walk decides, except for a loss that only deleted open files explain.
 */
export class DiskWatch {
  readonly #dir: string;
  readonly #limit: number;
  readonly #free: number;
  readonly #size: number;

  private constructor(dir: string, limit: number, free: number, size: number) {
    this.#dir = dir;
    this.#limit = limit;
    this.#free = free;
    this.#size = size;
  }

  static async start(dir: string, limitBytes: number, sizeBytes: number): Promise<DiskWatch> {
    return new DiskWatch(dir, limitBytes, await freeBytes(dir), sizeBytes);
  }

  async exceeded(): Promise<boolean> {
    const lost = this.#free - (await freeBytes(this.#dir));
    if (lost <= this.#limit) return false;
    return lost > 4 * this.#limit || (await folderBytes(this.#dir)) - this.#size > this.#limit;
  }
}
