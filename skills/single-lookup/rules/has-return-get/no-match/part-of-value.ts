export function part(names: Map<string, string>, key: string): number {
  if (names.has(key)) return names.get(key)!.length;
  return 0;
}
