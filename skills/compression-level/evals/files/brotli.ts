import { brotliCompressSync } from 'node:zlib';

export function encoded(body: string): Buffer {
  const bytes = Buffer.from(body);
  return brotliCompressSync(bytes);
}
