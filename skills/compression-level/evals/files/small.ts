import { gzipSync } from 'node:zlib';

export function reply(id: string): Buffer {
  const body = `{"id":"${id}"}`;
  return gzipSync(body);
}
