export function count(table) {
  const keys = Object.keys(table);
  const log = new Proxy({}, { get: () => keys.push('b') });
  let n = 0;
  for (const _ of [...keys]) n += log.next;
  return n;
}
