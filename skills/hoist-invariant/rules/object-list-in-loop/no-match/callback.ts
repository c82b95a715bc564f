export function mapped(names: string[], sizes: Record<string, number>): boolean[] {
  return names.map((name) => Object.keys(sizes).includes(name));
}
