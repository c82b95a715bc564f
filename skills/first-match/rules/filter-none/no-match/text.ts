export function text(source: { filter: (p: (x: string) => boolean) => string }): boolean {
  return source.filter((x) => x !== '').length === 0;
}
