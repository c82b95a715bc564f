import { brotliCompressSync, constants } from 'node:zlib';

export function encoded(body: string): Buffer {
  const bytes = Buffer.from(body);
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
}
