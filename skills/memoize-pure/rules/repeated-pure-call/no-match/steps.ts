export function steps(text: string): number {
  const parts = text.split(',');
  parts.sort();
  return parts.indexOf('a');
}
