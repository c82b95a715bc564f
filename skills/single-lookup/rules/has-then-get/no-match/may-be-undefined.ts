export function maybe(values: Map<string, string | undefined>, key: string): string {
  if (values.has(key)) {
    const value = values.get(key);
    return `known: ${value}`;
  }
  return 'unknown';
}
