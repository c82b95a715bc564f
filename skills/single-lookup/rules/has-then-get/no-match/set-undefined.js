export function sparse(keys) {
  const values = new Map();
  for (const key of keys) values.set(key, undefined);
  if (values.has('a')) {
    const value = values.get('a');
    return `there: ${value}`;
  }
  return 'not there';
}
