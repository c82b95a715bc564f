export function weak(cache: WeakMap<object, number>, key: object): number | undefined {
  if (cache.has(key)) return cache.get(key);
  return 0;
}
