const name = 'next';

export function count(table) {
  const keys = Object.keys(table);
  const log = {
    get [name]() {
      keys.push('b');
      return 1;
    },
  };
  let n = 0;
  for (const _ of [...keys]) n += log.next;
  return n;
}
