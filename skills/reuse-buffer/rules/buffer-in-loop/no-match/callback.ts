export function later(sizes: number[]): (() => Buffer)[] {
  const made: (() => Buffer)[] = [];
  for (const size of sizes) made.push(() => Buffer.alloc(size));
  return made;
}
