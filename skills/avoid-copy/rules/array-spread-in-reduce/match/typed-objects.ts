export function boxed(xs: string[]): { x: string }[] {
  return xs.reduce((all, x) => [...all, { x } as { x: string }], [] as { x: string }[]);
}

export function run(): unknown {
  return boxed(['a', 'b']);
}
