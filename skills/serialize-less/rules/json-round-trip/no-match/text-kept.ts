export function kept(value: object): [string, unknown] {
  const text = JSON.stringify(value);
  return [text, JSON.parse(text)];
}
