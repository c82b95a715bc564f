export function other(values: Map<string, string>, key: string, spare: string): string {
  if (values.has(key)) {
    const value = values.get(spare);
    return String(value);
  }
  return '';
}
