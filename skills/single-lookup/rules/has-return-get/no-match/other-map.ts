export function other(names: Map<string, number>, values: Map<string, number>, key: string): number | undefined {
  if (names.has(key)) return values.get(key);
  return 0;
}
