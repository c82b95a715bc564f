export function untyped(names) {
  return [...names].sort()[0];
}
