export function maybe(items?: string[]): string | undefined {
  return items?.filter((item) => item !== '')[0];
}
