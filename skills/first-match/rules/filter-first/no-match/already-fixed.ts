export function found(items: string[]): string | undefined {
  return items.find((item) => item !== '');
}
