import { gzipSync } from 'node:zlib';

export function reply(id: string): Buffer {
  return gzipSync(`{"id":"${id}"}`);
}
