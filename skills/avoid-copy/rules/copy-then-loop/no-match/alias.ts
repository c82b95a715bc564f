export function alias(items: string[]): number {
  const same = items;
  for (const item of [...items]) if (item !== '') same.push(item);
  return items.length;
}
