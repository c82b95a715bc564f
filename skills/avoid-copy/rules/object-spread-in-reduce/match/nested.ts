type Entry = { readonly key: string; readonly tags: string[] };

export class Registry {
  readonly #entries: Entry[] = [];

  add(...entries: Entry[]): this {
    this.#entries.push(...entries);
    return this;
  }

  names(): Record<string, string[]> {
    return this.#entries.reduce(
      (all: Record<string, string[]>, { key, tags }) => ({
        ...all,
        [key]: tags.map((tag, index) => `${index}
${tag}`),
      }),
      {},
    );
  }

  other(keys: string[]): unknown {
    return [keys].map((list) => list.reduce((all, key) => Object.assign({}, all, { [key.trim()]: `a${key}` }), {}));
  }
}

export function run(): unknown {
  const registry = new Registry().add({ key: 'x', tags: ['a', 'b'] }, { key: 'y', tags: [] });
  return [registry.names(), registry.other(['b ', 'c'])];
}
