interface Offer {
  readonly price: number;
  readonly tags: string[];
}

export class Shop {
  readonly #offers: Offer[] = [{ price: Number.NaN, tags: [] }, { price: 3, tags: ['a'] }, { price: 3, tags: ['b'] }];

  cheapest(limits: number[]): (string | undefined)[] {
    return limits.map((limit) => {
      const offer = this.#offers.find(({ price }) => price <= limit);
      return offer?.tags.filter((tag, index) => index === 0 && tag.length > 0)[0] ?? 'none';
    });
  }
}

export function run(round: number): unknown {
  return new Shop().cheapest([round, 0, 5]);
}
