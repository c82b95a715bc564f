export function total(o: Record<string, number>, n: number, fill: (x: object) => boolean) {
  let total = 0;
  if (fill(o)) for (let i = 0; i < n; i++) total += Object.keys(o).length;
  return total;
}
