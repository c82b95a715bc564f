export function running(numbers: number[]): number[] {
  return numbers.reduce((all: number[], n) => [...all, (all.at(-1) ?? 0) + n], []);
}
