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
}
