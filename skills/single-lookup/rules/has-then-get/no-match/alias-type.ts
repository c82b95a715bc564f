type Value = string | undefined;

export function aliased(values: Map<string, Value>, key: string): string {
  if (values.has(key)) {
    const value = values.get(key);
    return `known: ${value}`;
  }
  return 'unknown';
}
