export function twice(items: string[]): boolean {
  return items.filter((item, index, all) => all.indexOf(item) !== index).length > 0;
}
