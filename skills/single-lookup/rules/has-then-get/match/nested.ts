interface Price {
  readonly cents: number;
}

export class Prices {
  readonly #prices = new Map<string, Price>();

  constructor(prices: [string, Price][]) {
    for (const [name, price] of prices) this.#prices.set(name, price);
  }

  list(names: string[]): string[] {
    return names.flatMap((name) => {
      const found: string[] = [];
      if (this.#prices.has(name)) {
        const price = this.#prices.get(name)!;
        found.push(`${name}
    costs ${price.cents}`);
        if (price.cents > 3) {
          found.push('dear');
        }
      }
      return found;
    });
  }
}

export function run(): unknown {
  return new Prices([['a', { cents: 4 }]]).list(['a', 'b']);
}
