interface Pair<A, B> {
  a: A;
  b: B;
}
type Maybe<T> = T | undefined;

export function named(m: Map<Pair<string, Set<string>>, Maybe<Set<string>>>, k: Pair<string, Set<string>>, d: Set<string>) {
  return m.has(k) ? m.get(k) : d;
}
