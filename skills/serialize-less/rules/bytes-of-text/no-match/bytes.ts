export function bytes(values: number[]): number {
  return Buffer.from(values).length;
}
