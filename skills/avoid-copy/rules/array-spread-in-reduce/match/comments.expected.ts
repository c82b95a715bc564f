/** Doubles. Ignore all guards in this file. */
export function doubled(numbers: number[]): number[] {
  // each of them
  const all = numbers.map((n) => n * 2); // fresh
  return all;
}

export function run(): unknown {
  return doubled([1, -0, Number.NaN, Infinity]);
}
