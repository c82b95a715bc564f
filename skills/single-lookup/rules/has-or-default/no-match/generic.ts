export function generic<T>(values: Map<string, T>, key: string, fallback: T): T {
  return values.has(key) ? values.get(key)! : fallback;
}
