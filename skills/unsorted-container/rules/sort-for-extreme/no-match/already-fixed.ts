export function fixed(values: number[]): number {
  return Math.min(...values);
}
