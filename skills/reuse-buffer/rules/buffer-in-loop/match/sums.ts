export function sums(rows: number[][]): number {
  let sum = 0;
  for (const row of rows) {
    const counts = new Uint32Array(256);
    for (const value of row) counts[value]! += 1;
    sum += counts[0]!;
  }
  return sum;
}
