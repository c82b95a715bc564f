export function mark(a) {
  const xs = Object.keys(a);
  xs.filter((x) => x === 'a')[0] = 'b';
  return xs;
}
