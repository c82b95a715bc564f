export function valid(items: string[]): boolean {
  return items.filter((item) => decodeURIComponent(item) === 'a').length > 0;
}
