export function two(items: string[]): boolean {
  return items.filter((item) => item !== '').length > 1;
}
