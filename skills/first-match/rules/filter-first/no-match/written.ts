export function mark(items: { done: boolean }[]): boolean {
  const open = items.filter((item) => !item.done);
  return open[0] !== undefined && open.length > 1;
}
