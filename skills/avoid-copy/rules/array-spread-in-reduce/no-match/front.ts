export function reversed(numbers: number[]): number[] {
  return numbers.reduce((all: number[], n) => [n, ...all], []);
}
