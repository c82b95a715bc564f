export function outer(names: Map<string, string[]>, keys: string[]): string[][] {
  const read = (key: string): string[] => {
    for (;;) {
      const known = names.get(key);
      if (known !== undefined) return known;
      key = key.slice(0, -1);
      if (key === '') return [];
    }
  };
  return keys.map((key) => read(key));
}

export function run(): unknown {
  return outer(new Map([['a', ['x']], ['b', []]]), ['abc', 'b', '', 'c']);
}
