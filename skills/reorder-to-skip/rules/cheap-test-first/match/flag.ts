export function discount(prices: number[], member: boolean): number {
  if (prices.some((price) => price > 100) && member) return 0.1;
  return 0;
}

export function run(round: number): unknown {
  return [discount([1, 101], round % 2 === 0), discount([Number.NaN], true), discount([], false)];
}
