export class Names {
  readonly #names = ['b', 'A', 'ä'];

  sorted(): string[] {
    const compare = () => {
      const collator = new Intl.Collator('de', { sensitivity: 'base' });
      return this.#names.toSorted((a, b) => collator.compare(a, b));
    };
    return compare();
  }

  count(n: number): string {
    return new Intl.PluralRules('en').select(n);
  }
}

export function run(round: number): unknown {
  return [new Names().sorted(), new Names().count(round)];
}
