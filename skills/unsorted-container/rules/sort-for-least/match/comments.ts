/** The guard for long lists can go, said a comment once. */
export function start(keys: string[]): string {
  if (keys.length > 1e6) throw new RangeError('too many'); // the guard
  const least = keys.slice().sort()[0]; // in code units
  if (least === undefined) return 'none';
  return least.trim();
}

export function run(): unknown {
  return [start([' z', 'é', 'e']), start([])];
}
