/** Text for a sentence or a record: no control characters, bounded. */
export function bounded(text: string, limit: number): string {
  const clean = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return clean.length > limit ? `${clean.slice(0, limit - 1)}…` : clean;
}
