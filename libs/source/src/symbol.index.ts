import { contains, type SourceSymbol } from './symbol.list.js';

/** The symbols of one file, found by name and by place without looking at all of them. */
export class SymbolIndex {
  readonly #byName: ReadonlyMap<string, SourceSymbol>;
  /** By where they start; what starts at the same place, the outer one first. */
  readonly #sorted: readonly SourceSymbol[];
  /** Position of the innermost one around each; -1 for none. */
  readonly #around: readonly number[];
  readonly #starting = new Map<number, SourceSymbol[]>();

  /** @param symbols as `listSymbols` gives them */
  constructor(symbols: readonly SourceSymbol[]) {
    this.#byName = new Map(symbols.map((symbol) => [symbol.name, symbol]));
    this.#sorted = symbols.toSorted((a, b) => a.start.offset - b.start.offset);
    this.#around = enclosing(this.#sorted);
    for (const symbol of symbols) {
      if (symbol.kind === 'module') continue;
      const known = this.#starting.get(symbol.start.line);
      if (known) known.push(symbol);
      else this.#starting.set(symbol.start.line, [symbol]);
    }
  }

  /** The symbol of a qualified name. */
  named(name: string): SourceSymbol | undefined {
    return this.#byName.get(name);
  }

  /** The innermost symbol that contains a place; what `symbolAt` finds. */
  at(line: number, column: number): SourceSymbol | undefined {
    const behind = this.#firstWhere(({ start }) => start.line > line || (start.line === line && start.column > column));
    for (let index = behind - 1; index >= 0; index = this.#around[index]!) {
      if (contains(this.#sorted[index]!, line, column)) return this.#sorted[index];
    }
    return undefined;
  }

  /** Functions and classes that start on a line, in source order. */
  startingOn(line: number): readonly SourceSymbol[] {
    return this.#starting.get(line) ?? [];
  }

  /** Symbols that lie in another one, by where they start. */
  within(symbol: SourceSymbol): SourceSymbol[] {
    const found: SourceSymbol[] = [];
    for (let index = this.#firstWhere(({ start }) => start.offset >= symbol.start.offset); ; index += 1) {
      const one = this.#sorted[index];
      if (!one || one.start.offset > symbol.end.offset) return found;
      if (one !== symbol && one.kind !== 'module' && one.end.offset <= symbol.end.offset) found.push(one);
    }
  }

  /** Position of the first symbol of which this holds; it must hold of all behind it as well. */
  #firstWhere(holds: (symbol: SourceSymbol) => boolean): number {
    let [low, high] = [0, this.#sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (holds(this.#sorted[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

function enclosing(sorted: readonly SourceSymbol[]): number[] {
  const open: number[] = [];
  return sorted.map((symbol, index) => {
    while (open.length > 0 && sorted[open.at(-1)!]!.end.offset < symbol.end.offset) open.pop();
    const around = open.at(-1) ?? -1;
    open.push(index);
    return around;
  });
}
