export function all(items: string[]): boolean {
  return items.filter((item) => item !== '').length === items.length;
}
