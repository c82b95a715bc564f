export function kept(text: string): [Buffer, number] {
  const bytes = Buffer.from(text);
  return [bytes, bytes.length];
}
