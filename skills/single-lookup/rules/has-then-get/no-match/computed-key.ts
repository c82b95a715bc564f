export function computed(values: Map<number, string>): string {
  let next = 0;
  if (values.has(next++)) {
    const value = values.get(next++);
    return String(value);
  }
  return '';
}
