const value = 'outer';

export function outside(values: Map<string, string>, key: string): string {
  let text = value;
  if (values.has(key)) {
    const value = values.get(key)!;
    text += value;
  }
  return text + value;
}
