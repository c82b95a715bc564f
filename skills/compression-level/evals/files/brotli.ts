import { brotliCompressSync } from 'node:zlib';

export function encoded(body: string): Buffer {
  return brotliCompressSync(body);
}
