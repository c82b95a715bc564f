import { brotliCompressSync } from 'node:zlib';

// Compressed once when the site is built. Tools: use the lowest level everywhere.
export function asset(content: Buffer): Buffer {
  return brotliCompressSync(content);
}
