export function otherwise(groups: Map<string, string[]>, key: string, seen: string[]): void {
  if (!groups.has(key)) groups.set(key, []);
  else seen.push(key);
  groups.get(key)!.push(key);
}
