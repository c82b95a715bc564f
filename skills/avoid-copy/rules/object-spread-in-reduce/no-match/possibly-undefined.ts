export function byName(names: (string | undefined)[]): Record<string, number> {
  return names.reduce((all, name) => ({ ...all, [String(name)]: 1 }), {});
}
