const sizes = new Map();
sizes['set']('a', undefined);

export function size(key) {
  return sizes.has(key) ? sizes.get(key) : 1;
}
