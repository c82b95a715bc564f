export function many(items: string[]): number {
  const left = items.filter((item) => item !== '').length;
  return left > 0 ? left : -1;
}
