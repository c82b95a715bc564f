import { describe, expect, it } from '@jest/globals';
import { listSymbols, symbolAt } from './symbol.list.js';
import { SymbolIndex } from './symbol.index.js';

const source = `import { a } from './a.js';
const one = () => a(() => 1), two = function () { return 2; };
export default class Box {
  static { one(); }
  get size() { return this.items.map((item) => { function deep() { return item; } return deep(); }); }
  set size(value) { const inner = { get: () => value, put() {} }; return inner; }
}

export abstract class Shape { abstract area(): number; name = () => { return 'x'; }; }
function last() {
  class Local { run() { return () => { const f = function g() {}; return f; }; } }
  return Local;
}
last();
`;

describe('an index of symbols', () => {
  const symbols = listSymbols(source, 'src/box.ts');
  const index = new SymbolIndex(symbols);

  it('finds at every place what looking at all of them finds', () => {
    const lines = source.split('\n');
    for (let line = 0; line <= lines.length + 1; line += 1) {
      for (let column = 0; column <= (lines[line - 1] ?? '').length + 1; column += 1) {
        expect([line, column, index.at(line, column)?.name]).toEqual([
          line,
          column,
          symbolAt(symbols, line, column)?.name,
        ]);
      }
    }
  });

  it('finds by name, by line, and what lies in another one', () => {
    for (const symbol of symbols) {
      expect(index.named(symbol.name)).toBe(symbol);
      const { start, end } = symbol;
      const inside = symbols.filter(
        (one) =>
          one !== symbol && one.kind !== 'module' && one.start.offset >= start.offset && one.end.offset <= end.offset,
      );
      expect(index.within(symbol)).toEqual(inside);
    }
    expect(index.startingOn(2).map(({ name }) => name)).toEqual(['one', 'two']);
    expect(index.named('nothing')).toBeUndefined();
    expect(symbols.map(({ name }) => name)).toContain('last.Local.run.f');
  });
});
