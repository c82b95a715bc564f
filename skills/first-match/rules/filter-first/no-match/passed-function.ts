export function passed(items: string[], test: (item: string) => boolean): string | undefined {
  return items.filter(test)[0];
}
