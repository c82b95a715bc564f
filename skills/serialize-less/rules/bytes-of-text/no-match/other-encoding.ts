export function hex(text: string): number {
  return Buffer.from(text, 'hex').length;
}
