export function revived(value: object): unknown {
  return JSON.parse(JSON.stringify(value), (key, part) => (key === 'secret' ? undefined : part));
}
