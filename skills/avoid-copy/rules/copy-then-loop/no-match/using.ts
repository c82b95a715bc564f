export function each(keys: string[], open: { [Symbol.dispose](): void }) {
  let n = 0;
  for (const key of [...keys]) {
    using _held = open;
    n += key.length;
  }
  return n;
}
