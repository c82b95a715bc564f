export function used(groups: Map<string, string[]>, key: string): number {
  if (!groups.has(key)) groups.set(key, []);
  return groups.get(key)!.push(key);
}
