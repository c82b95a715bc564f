export class Graph {
  readonly #edges = new Map<string, Set<string>>();

  link(pairs: [string, string][], entry: string): string[] {
    pairs.forEach(([from, to]) => {
      if (from !== to) {
        if (!this.#edges.has(from)) this.#edges.set(from, new Set());
        this.#edges.get(from)?.add(to);
      }
    });
    return [entry, ...[...this.#edges].map(([from, to]) => `${from}: ${[...to].join()}`)];
  }
}

export function run(): unknown {
  return new Graph().link([['a', 'b'], ['b', 'b'], ['a', 'c'], ['a', 'b']], 'x');
}
