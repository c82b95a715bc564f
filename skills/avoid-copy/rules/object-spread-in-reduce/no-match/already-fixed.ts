export function indexed(names: string[]): Record<string, number> {
  return Object.fromEntries(names.map((name) => [name, name.length]));
}
