export function expire(entries: Map<string, number>): void {
  for (const [key, value] of [...entries]) if (value < 0) entries.delete(key);
}
