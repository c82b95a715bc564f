export function kept(numbers: number[]): number[] {
  return numbers.reduce((all: number[], n) => [...all, n /* as it is */], []);
}
