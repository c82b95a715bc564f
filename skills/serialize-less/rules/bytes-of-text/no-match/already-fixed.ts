export function fixed(text: string): number {
  return Buffer.byteLength(text);
}
