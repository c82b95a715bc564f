export function told(groups: Map<string, string[]>, key: string): void {
  if (!groups.has(key)) groups.set(key, []);
  // There is a list now.
  groups.get(key)!.push(key);
}
