export function values(ids: Set<string>): string[] {
  return [...ids].map((id) => id.trim());
}
