export function taken(numbers: number[], queue: string[]): unknown[] {
  return numbers.reduce((all: unknown[], n) => [...all, queue.splice(n, 1)], []);
}
