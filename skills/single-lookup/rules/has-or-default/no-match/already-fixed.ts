export function fixed(values: Map<string, number>, key: string): number {
  return values.get(key) ?? 0;
}
