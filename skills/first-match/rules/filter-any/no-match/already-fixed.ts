export function some(items: string[]): boolean {
  return items.some((item) => item !== '');
}
