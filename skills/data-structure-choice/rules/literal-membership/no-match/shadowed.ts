class Set {
  has(): boolean {
    return true;
  }
}

export function shadowed(word: string): boolean {
  const set = new Set();
  return set.has() && ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x'].includes(word);
}
