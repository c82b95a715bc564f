export function walk(queue: string[]): number {
  for (const one of [...queue]) queue.push(`${one}!`);
  return queue.length;
}
