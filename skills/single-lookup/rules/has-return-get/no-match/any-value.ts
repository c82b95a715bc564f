export function any(names: Map<string, any>, key: string): unknown {
  if (names.has(key)) return names.get(key);
  return 'default';
}
