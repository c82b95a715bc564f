export function otherKey(groups: Map<string, string[]>, key: string, other: string): void {
  if (!groups.has(key)) groups.set(key, []);
  groups.get(other)!.push(key);
}
