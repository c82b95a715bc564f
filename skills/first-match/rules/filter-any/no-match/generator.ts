export function lazy(items: string[]): boolean {
  return (
    items.filter(function* () {
      yield 1;
    }).length > 0
  );
}
