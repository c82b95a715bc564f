export function mapped(numbers: number[]): number[] {
  return numbers.map((n) => n * 2);
}
