export function fixed(items: string[]): boolean {
  return !items.some((item) => item === '');
}
