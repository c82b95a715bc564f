export function maybe(names: string[], sizes: Record<string, number> | undefined): number {
  let count = 0;
  for (const name of names) if (sizes && Object.keys(sizes).includes(name)) count++;
  return count;
}
