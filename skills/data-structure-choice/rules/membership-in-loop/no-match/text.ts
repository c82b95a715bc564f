export function inText(text: string, parts: string[]): number {
  let count = 0;
  for (const part of parts) if (text.includes(part)) count++;
  return count;
}
