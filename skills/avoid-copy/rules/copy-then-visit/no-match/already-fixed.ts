export function plain(ids: string[]): string[] {
  return ids.map((id) => id.trim());
}
