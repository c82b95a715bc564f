export function maybe(names: (string | undefined)[]): string | undefined {
  return [...names].sort()[0];
}
