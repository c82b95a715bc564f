export function keep(sizes: Record<string, number>, rounds: number): string[][] {
  const lists: string[][] = [];
  for (let at = 0; at < rounds; at++) lists.push(Object.keys(sizes));
  return lists;
}
