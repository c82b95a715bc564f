import type { BlobRef } from '@headroom/contracts';

/** Bytes by content hash. What comes out is what went in, or an error. */
export interface BlobStore {
  /** Stores bytes; the same bytes twice are one blob. */
  put(bytes: Uint8Array, mediaType: string): Promise<BlobRef>;
  /**
   * Bytes of a blob, checked against hash and size.
   * @throws HeadroomError `HEADROOM_BLOB_MISSING` (retryable), `HEADROOM_BLOB_CORRUPT`
   */
  get(ref: Pick<BlobRef, 'sha256'> & Partial<BlobRef>): Promise<Buffer>;
  has(sha256: string): Promise<boolean>;
  /**
   * Stores bytes that somebody else named.
   * @throws HeadroomError `HEADROOM_BLOB_DIGEST_MISMATCH` when they do not hash to `sha256`
   */
  putVerified(sha256: string, bytes: Uint8Array, mediaType?: string): Promise<BlobRef>;
  /** Removes a blob; nothing happens when there is none. Only for blobs that nobody else can have put: see `put`. */
  delete(sha256: string): Promise<void>;

  /**
   * Stores bytes under a name of its own, in place of what was there; whole or not at all. Names are paths of letters,
   * digits, `.`, `_`, `-`. For the few things that must be found without knowing a hash.
   * @throws HeadroomError `HEADROOM_BLOB_NAME_INVALID`
   */
  putNamed(name: string, bytes: Uint8Array): Promise<void>;
  /** Bytes under a name; undefined when there are none. */
  getNamed(name: string): Promise<Buffer | undefined>;
  /** Names that begin with the folder `under`, sorted. */
  listNamed(under: string): Promise<string[]>;
  deleteNamed(name: string): Promise<void>;
}
