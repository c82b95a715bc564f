export function once(values: Map<string, number>, key: string): number {
  const value = values.get(key);
  if (value !== undefined) {
    return value;
  }
  return 0;
}
