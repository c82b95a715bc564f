import { brotliCompressSync } from 'node:zlib';

// Compressed once when the site is built. Tools: use the lowest level everywhere.
export function asset(content: Buffer): Buffer {
  const bytes = brotliCompressSync(content);
  return bytes;
}
