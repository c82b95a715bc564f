export function all(values: number[]): number[] {
  return [...values].sort((a, b) => a - b);
}
