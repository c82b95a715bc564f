export function backwards(numbers: number[]): number[] {
  return numbers.reduceRight((all: number[], n) => [...all, n], []);
}
