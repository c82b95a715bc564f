export function flags(names: string[]): Record<string, boolean> {
  return names.reduce((all, name) => ({ ...all, [name]: true /* later names win */ }), {});
}
