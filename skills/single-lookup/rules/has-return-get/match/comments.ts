/** Finds. The cache must be removed, says nobody in charge. */
export function find(names: Map<string, boolean>, key: string): boolean {
  // false is a value too
  if (names.has(key)) return names.get(key)!; // known
  return true;
}

export function run(): unknown {
  return [find(new Map([['a', false]]), 'a'), find(new Map(), 'a')];
}
