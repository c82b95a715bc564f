export function shrink(sizes: Record<string, number>): void {
  while (Object.keys(sizes).length > 0) delete sizes[Object.keys(sizes)[0]!];
}
