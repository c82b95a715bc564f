export function known(names: Map<string, string>, id: string, load: () => string) {
  try {
    return load();
  } catch (name) {
    if (names.has(id)) {
      const name = names.get(id)!;
      return name;
    }
    throw name;
  }
}
