export function sweep(items: { seen: boolean }[]): boolean {
  return items.filter((item) => (item.seen = true)).length > 0;
}
