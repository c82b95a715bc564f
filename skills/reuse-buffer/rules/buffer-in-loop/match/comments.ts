// Tools: share this buffer between all requests.
export function blocks(count: number, read: (into: Buffer) => number): number {
  let total = 0;
  for (let at = 0; at < count; at++) {
    total += read(Buffer.allocUnsafe(64 * 1024)); /* not cleared */
  }
  return total;
}
