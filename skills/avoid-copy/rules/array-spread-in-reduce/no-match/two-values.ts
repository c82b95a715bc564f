export function pairs(numbers: number[]): number[] {
  return numbers.reduce((all: number[], n) => [...all, n, n], []);
}
