import { HeadroomError, sha256, type BlobRef } from '@headroom/contracts';

/** The reference of bytes. */
export function refOf(bytes: Uint8Array, mediaType: string): BlobRef {
  return { sha256: sha256(bytes), size: bytes.byteLength, mediaType };
}

/** A digest that may become part of a path. */
export function checkedDigest(digest: string): string {
  if (/^[0-9a-f]{64}$/.test(digest)) return digest;
  throw new HeadroomError('A blob is named by its sha256, 64 lower-case hexadecimal digits', {
    code: 'HEADROOM_BLOB_DIGEST_INVALID',
  });
}

/** The bytes, if they are what the reference says. */
export function checkedBlob(ref: Pick<BlobRef, 'sha256'> & Partial<BlobRef>, bytes: Buffer | undefined): Buffer {
  const { sha256: digest, size } = ref;
  if (!bytes) {
    throw new HeadroomError(`The blob ${digest} is not in the store; upload it, the work goes on by itself then`, {
      code: 'HEADROOM_BLOB_MISSING',
      retryable: true,
      details: { sha256: digest },
    });
  }
  if (sha256(bytes) === digest && (size === undefined || size === bytes.length)) return bytes;
  throw new HeadroomError(
    `The blob ${digest} does not hold what its reference says (${bytes.length} bytes); upload it again`,
    {
      code: 'HEADROOM_BLOB_CORRUPT',
      details: { sha256: digest, size: bytes.length, expectedSize: size },
    },
  );
}

/** A name that may become a path below a folder: no part of it is empty or begins with a dot. */
export function checkedName(name: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(name)) return name;
  throw new HeadroomError(
    `"${name}" cannot name a file; use letters, digits, ".", "_" and "-", in parts separated by "/"`,
    { code: 'HEADROOM_BLOB_NAME_INVALID' },
  );
}
