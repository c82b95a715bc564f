export function otherValue(values: Map<string, number>, key: string): number {
  return values.has(key) ? values.get(key)! + 1 : 0;
}
