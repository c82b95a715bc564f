export function boxed(xs: string[]): { x: string }[] {
  return xs.map((x) => ({ x } as { x: string })) as { x: string }[];
}

export function run(): unknown {
  return boxed(['a', 'b']);
}
