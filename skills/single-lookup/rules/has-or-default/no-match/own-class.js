class Map {
  has() {
    return true;
  }

  get() {
    return undefined;
  }
}

export function own(key) {
  const values = new Map();
  return values.has(key) ? values.get(key) : 0;
}
