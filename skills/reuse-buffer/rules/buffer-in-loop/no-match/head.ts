export function head(size: number): number {
  let sum = 0;
  for (const byte of new Uint8Array(size)) sum += byte;
  return sum;
}
