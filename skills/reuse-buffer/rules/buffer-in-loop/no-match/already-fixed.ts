export function fixed(rows: number[][]): number {
  const counts = new Uint32Array(256);
  let sum = 0;
  for (const row of rows) {
    counts.fill(0);
    for (const value of row) counts[value]! += 1;
    sum += counts[0]!;
  }
  return sum;
}
