export function numbers(values: number[]): number | undefined {
  // Sorted as text: 10 comes before 9.
  return [...values].sort()[0];
}
