export function once(size: number): Buffer {
  return Buffer.alloc(size);
}
