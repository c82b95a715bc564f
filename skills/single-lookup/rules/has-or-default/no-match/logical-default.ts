export function logical(values: Map<string, string>, key: string, a: string, b: string): string {
  return values.has(key) ? values.get(key)! : a || b;
}
