import { metrics } from './metrics.js';

const read = metrics.counter('bytes_read');

export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum = (sum + byte) % 65_521;
    read.inc(1);
  }
  return sum;
}
