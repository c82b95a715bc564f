export function both(values: Map<string, number>, key: string): number {
  if (values.has(key)) {
    const value = values.get(key)!;
    return value;
  } else {
    values.set(key, 1);
  }
  return 0;
}
