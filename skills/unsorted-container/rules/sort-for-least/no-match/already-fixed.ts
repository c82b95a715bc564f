export function fixed(names: string[]): string | undefined {
  return names.length === 0 ? undefined : names.reduce((least, name) => (name < least ? name : least));
}
