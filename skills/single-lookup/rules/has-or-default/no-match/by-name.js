const sizes = new Map();

export function put(name, key, size) {
  sizes[name](key, size);
}

export function size(key) {
  return sizes.has(key) ? sizes.get(key) : 1;
}
