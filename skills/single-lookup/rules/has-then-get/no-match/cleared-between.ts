export function cleared(values: Map<string, string>, key: string): string {
  if (values.has(key)) {
    values.clear();
    const value = values.get(key);
    return String(value);
  }
  return '';
}
