import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { HeadroomError, sha256, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from './blob.port.js';
import { checkedBlob, checkedDigest, checkedName, refOf } from './blob.check.js';

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Writes a file so that it appears whole or not at all, and is on disk afterwards. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Blobs as files, two levels by hash; named ones below `named/`. A file appears whole or not at all, and is on disk when `put` resolves. */
export class FolderBlobs implements BlobStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  #path(digest: string): string {
    return join(this.#root, digest.slice(0, 2), checkedDigest(digest));
  }

  #named(name: string): string {
    return join(this.#root, 'named', checkedName(name));
  }

  #read(digest: string): Promise<Buffer | undefined> {
    return readIfThere(this.#path(digest));
  }

  async put(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    const ref = refOf(bytes, mediaType);
    const there = await this.#read(ref.sha256);
    // A damaged file is written again: whoever puts the bytes has them whole.
    if (there && sha256(there) === ref.sha256) return ref;
    await writeWhole(this.#path(ref.sha256), bytes);
    return ref;
  }

  async get(ref: Pick<BlobRef, 'sha256'> & Partial<BlobRef>): Promise<Buffer> {
    return checkedBlob(ref, await this.#read(ref.sha256));
  }

  async has(digest: string): Promise<boolean> {
    return (await this.#read(digest)) !== undefined;
  }

  async putVerified(digest: string, bytes: Uint8Array, mediaType = 'application/octet-stream'): Promise<BlobRef> {
    checkedDigest(digest);
    if (sha256(bytes) !== digest) {
      throw new HeadroomError(
        `The bytes hash to ${sha256(bytes)}, not to ${digest}; send the bytes that the hash names`,
        {
          code: 'HEADROOM_BLOB_DIGEST_MISMATCH',
        },
      );
    }
    return this.put(bytes, mediaType);
  }

  async delete(digest: string): Promise<void> {
    await rm(this.#path(digest), { force: true });
  }

  putNamed(name: string, bytes: Uint8Array): Promise<void> {
    return writeWhole(this.#named(name), bytes);
  }

  getNamed(name: string): Promise<Buffer | undefined> {
    return readIfThere(this.#named(name));
  }

  async listNamed(under: string): Promise<string[]> {
    try {
      const entries = await readdir(this.#named(under), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => relative(join(this.#root, 'named'), join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
        .sort();
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async deleteNamed(name: string): Promise<void> {
    await rm(this.#named(name), { force: true });
  }
}
