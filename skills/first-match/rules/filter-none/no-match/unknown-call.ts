export function tested(items: string[], pattern: RegExp): boolean {
  // A pattern with the flag g goes on from where it was.
  return items.filter((item) => pattern.test(item)).length === 0;
}
