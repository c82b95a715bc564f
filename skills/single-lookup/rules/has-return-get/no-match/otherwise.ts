export function otherwise(names: Map<string, number>, key: string): number | undefined {
  if (names.has(key)) return names.get(key);
  else names.set(key, 1);
  return 0;
}
