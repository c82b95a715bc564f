export function errors(values: unknown[], kinds: (new () => object)[]): boolean {
  return values.filter((value) => value instanceof kinds[0]!).length === 0;
}
