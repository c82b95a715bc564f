export function maybe(names: Map<string, undefined | number>, key: string): number | undefined {
  if (names.has(key)) return names.get(key);
  return 0;
}
