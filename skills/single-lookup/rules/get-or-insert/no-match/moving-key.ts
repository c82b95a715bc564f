export function moving(groups: Map<number, number[]>): void {
  let at = 0;
  if (!groups.has(at++)) groups.set(at++, []);
  groups.get(at++)?.push(at);
}
