export function handlers(names: string[]): Record<string, () => string> {
  // The functions get their names from the keys.
  return names.reduce((all, name) => ({ ...all, [name]: () => name }), {});
}
