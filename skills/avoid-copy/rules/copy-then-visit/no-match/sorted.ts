export function ordered(ids: string[]): string[] {
  return [...ids].sort((a, b) => (a < b ? -1 : 1)).map((id) => id.trim());
}
