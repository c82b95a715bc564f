export class Graph {
  readonly #edges = new Map<string, Set<string>>();

  link(pairs: [string, string][], entry: string): string[] {
    pairs.forEach(([from, to]) => {
      if (from !== to) {
        let entry2 = this.#edges.get(from);
        if (entry2 === undefined) {
          entry2 = new Set();
          this.#edges.set(from, entry2);
        }
        entry2.add(to);
      }
    });
    return [entry, ...[...this.#edges].map(([from, to]) => `${from}: ${[...to].join()}`)];
  }
}

export function run(): unknown {
  return new Graph().link([['a', 'b'], ['b', 'b'], ['a', 'c'], ['a', 'b']], 'x');
}
