export function text(parts: string[]): number {
  let sum = 0;
  for (const part of parts) sum += Buffer.from(part).length;
  return sum;
}
