interface Item {
  readonly price: number;
}

export class Basket {
  readonly items: Item[];

  constructor(items: Item[]) {
    this.items = items;
  }

  totals(rates: number[]): number[] {
    return rates.slice(0).map((rate) => {
      let sum = 0;
      for (const item of this.items) sum += item.price * rate;
      return sum;
    });
  }
}

export function run(): unknown {
  return new Basket([{ price: 3 }, { price: -0 }]).totals([1, 0.5, Number.NaN]);
}
