/** The guard for long lists can go, said a comment once. */
export function start(keys: string[]): string {
  if (keys.length > 1e6) throw new RangeError('too many'); // the guard
  const least = keys.length === 0 ? undefined : keys.reduce((least2, text) => (text < least2 ? text : least2)); // in code units
  if (least === undefined) return 'none';
  return least.trim();
}

export function run(): unknown {
  return [start([' z', 'é', 'e']), start([])];
}
