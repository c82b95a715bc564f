export function known(names: Map<string, string>, id: string, name: string) {
  if (names.has(id)) {
    const name = names.get(id)!;
    return name;
  }
  return '?';
}
