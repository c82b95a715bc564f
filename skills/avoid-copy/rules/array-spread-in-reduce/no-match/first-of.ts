export function first(xs: string[]): string | undefined {
  return xs.reduce((all, x) => [...all, x], [] as string[])[0];
}
