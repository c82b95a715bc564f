export function last(items: string[]): string | undefined {
  return items.filter((item) => item !== '').at(-1);
}
