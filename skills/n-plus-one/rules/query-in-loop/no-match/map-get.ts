export function known(names: ReadonlyMap<string, string>, ids: readonly string[]): string[] {
  const found: string[] = [];
  for (const id of ids) found.push(names.get(id) ?? 'unknown');
  return found;
}
