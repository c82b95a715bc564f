export function both(names: string[]): Record<string, number> {
  return names.reduce((all, name) => ({ ...all, [name]: 1, last: name.length }), {});
}
