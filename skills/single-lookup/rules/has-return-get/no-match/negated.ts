export function negated(names: Map<string, number>, key: string): number | undefined {
  if (!names.has(key)) return names.get('default');
  return 0;
}
