export function any(groups: Map<string, any>, key: string): void {
  if (!groups.has(key)) groups.set(key, []);
  groups.get(key).push(key);
}
