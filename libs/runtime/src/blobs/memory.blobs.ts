import { HeadroomError, sha256, type BlobRef } from '@headroom/contracts';
import { checkedBlob, checkedDigest, checkedName, refOf } from './blob.check.js';
import type { BlobStore } from './blob.port.js';

/** Blobs in memory, for tests and for looking around. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Buffer>();
  readonly #named = new Map<string, Buffer>();

  async put(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    const ref = refOf(bytes, mediaType);
    this.#blobs.set(ref.sha256, Buffer.from(bytes));
    return ref;
  }

  async get(ref: Pick<BlobRef, 'sha256'> & Partial<BlobRef>): Promise<Buffer> {
    return Buffer.from(checkedBlob(ref, this.#blobs.get(checkedDigest(ref.sha256))));
  }

  async has(digest: string): Promise<boolean> {
    return this.#blobs.has(checkedDigest(digest));
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
    this.#blobs.delete(checkedDigest(digest));
  }

  async putNamed(name: string, bytes: Uint8Array): Promise<void> {
    this.#named.set(checkedName(name), Buffer.from(bytes));
  }

  async getNamed(name: string): Promise<Buffer | undefined> {
    const bytes = this.#named.get(checkedName(name));
    return bytes && Buffer.from(bytes);
  }

  async listNamed(under: string): Promise<string[]> {
    return [...this.#named.keys()].filter((name) => name.startsWith(`${checkedName(under)}/`)).sort();
  }

  async deleteNamed(name: string): Promise<void> {
    this.#named.delete(checkedName(name));
  }
}
