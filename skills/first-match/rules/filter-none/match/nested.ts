interface Rule {
  readonly off: boolean;
  readonly names: string[];
}

export class Rules {
  readonly #rules: Rule[] = [{ off: false, names: ['a', 'b'] }];

  ok(): boolean {
    return this.#rules.every((rule) => {
      const isOk = () => rule.names.filter((name) => name.length > 3).length < 1;
      return rule.off || isOk();
    });
  }
}

export function run(): unknown {
  return new Rules().ok();
}
