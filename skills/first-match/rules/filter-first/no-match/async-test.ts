export function later(items: string[]): string | undefined {
  return items.filter(async (item) => item !== '')[0];
}
