export function fixed(names: Map<string, number>, key: string): number {
  const known = names.get(key);
  if (known !== undefined) return known;
  return 0;
}
