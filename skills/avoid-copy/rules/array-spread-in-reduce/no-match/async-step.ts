export function loaded(numbers: number[]): unknown {
  return numbers.reduce(async (all: any, n) => [...(await all), n], [] as any);
}
