export function told(xs: string[]) {
  const log = {
    set last(x: string) {
      xs.push(x);
    },
  };
  for (const x of [...xs]) log.last = x;
  return xs;
}
