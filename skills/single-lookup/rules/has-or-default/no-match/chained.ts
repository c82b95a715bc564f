export function chained(values: Map<string, number>, key: string): number {
  return values.has(key) ? values.get(key)! : values.has('*') ? values.get('*')! : 0;
}
