export function total(prices: ReadonlyMap<string, number>, names: string[]): number {
  let sum = 0;
  for (const name of names) {
    const price = prices.get(name);
    if (price !== undefined) {
      sum += price;
    }
  }
  return sum;
}

export function run(): unknown {
  const prices = new Map([
    ['zero', 0],
    ['minus', -0],
    ['nan', Number.NaN],
    ['__proto__', 7],
  ]);
  return [total(prices, ['zero', 'none']), total(prices, ['nan']), total(prices, ['__proto__', 'minus'])];
}
