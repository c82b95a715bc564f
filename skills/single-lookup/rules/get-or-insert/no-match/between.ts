export function between(groups: Map<string, string[]>, key: string, reset: () => void): void {
  if (!groups.has(key)) groups.set(key, []);
  reset();
  groups.get(key)!.push(key);
}
