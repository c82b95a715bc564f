import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** Text as recordings are kept: brotli at its densest. */
export function packText(text: string): Buffer {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(Buffer.from(text), { params });
}

/** Reads what {@link packText} wrote. */
export function unpackText(bytes: Uint8Array): string {
  return brotliDecompressSync(bytes).toString('utf8');
}
