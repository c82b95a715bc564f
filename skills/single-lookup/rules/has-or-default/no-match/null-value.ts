export function nullable(values: Map<string, string | null>, key: string): string | null | undefined {
  return values.has(key) ? values.get(key) : 'none';
}
