export function kept(values: number[]): number | undefined {
  values.sort((a, b) => a - b);
  return values[0];
}
