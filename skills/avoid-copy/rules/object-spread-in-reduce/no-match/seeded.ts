export function withDefaults(names: string[], defaults: Record<string, number>): Record<string, number> {
  return names.reduce((all, name) => ({ ...all, [name]: 1 }), defaults);
}
