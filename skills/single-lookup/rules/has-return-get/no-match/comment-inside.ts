export function told(names: Map<string, number>, key: string): number | undefined {
  if (names.has(key)) {
    return names.get(key); // from the cache
  }
  return 0;
}
