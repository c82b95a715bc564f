import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { findSymbol, isSourcePath, listSymbols, suggestSymbols, symbolAt, symbolText } from './index.js';

function names(source: string, path = 'src/a.ts'): string[] {
  return listSymbols(source, path).map((symbol) => symbol.name);
}

/** Name of the innermost symbol at the first place of a marker. */
function nameAt(source: string, marker: string, path = 'src/a.ts'): string | undefined {
  const before = source.slice(0, source.indexOf(marker)).split('\n');
  return symbolAt(listSymbols(source, path), before.length, before.at(-1)!.length)?.name;
}

describe('names of symbols', () => {
  it.each<[string, string, string[]]>([
    ['function declarations', 'function f() {} async function g() {} function* h() {}', ['f', 'g', 'h']],
    ['exported declarations', 'export function f() {} export const g = () => 1;', ['f', 'g']],
    [
      'members of a class',
      'class A { static make() {} run() {} get size() { return 1; } #flush() {} constructor() {} async *items() {} }',
      ['A', 'A.make', 'A.run', 'A.size', 'A.#flush', 'A.constructor', 'A.items'],
    ],
    ['class fields', 'class A { run = () => 1; static #go = function () {}; n = 3 }', ['A', 'A.run', 'A.#go']],
    [
      'computed and quoted members',
      `class A { [Symbol.iterator]() {} 'x y'() {} 'ok'() {} }`,
      ['A', 'A[Symbol.iterator]', 'A["x y"]', 'A.ok'],
    ],
    [
      'class expressions',
      'const A = class { run() {} }; const B = class C { run() {} };',
      ['A', 'A.run', 'B', 'B.run'],
    ],
    ['bound functions', 'const f = () => 1, g = function () {}, h = function inner() {};', ['f', 'g', 'h']],
    [
      'bindings through types and parentheses',
      'const f = ((() => 1) as unknown) satisfies unknown; let g = (function () {})!;',
      ['f', 'g'],
    ],
    [
      'object properties',
      `const h = { get: () => 1, put() {}, deep: { cut() {} }, 'a-b': () => 2 };`,
      ['h.get', 'h.put', 'h.deep.cut', 'h["a-b"]'],
    ],
    [
      'assignments',
      `h.get = () => 1; h['put'] = () => 2; h[key] = () => 3; f ??= () => 4;`,
      ['h.get', 'h.put', 'h[key]', 'f'],
    ],
    ['prototype assignments', 'Shape.prototype.area = function () {};', ['Shape.area']],
    ['this in a constructor', 'class A { constructor() { this.run = () => 1; } }', ['A', 'A.constructor', 'A.run']],
    [
      'nested functions',
      'function outer() { function inner() { const leaf = () => 1; } }',
      ['outer', 'outer.inner', 'outer.inner.leaf'],
    ],
    ['methods of a returned object', 'function make() { return { run() {} }; }', ['make', 'make.run']],
    ['default parameters', 'function f(clock = () => 1) {}', ['f', 'f.clock']],
    ['default exported function', 'export default function () {}', ['default']],
    ['default exported arrow', 'export default () => 1;', ['default']],
    ['default exported class', 'export default class { run() {} }', ['default', 'default.run']],
    ['named default export', 'export default function main() {}', ['main']],
    ['namespaces', 'namespace N { export function f() {} }', ['N.f']],
    [
      'module level wrappers',
      'export const get = wrap(async () => 1); const srv = http.createServer((req) => { const n = [1].map((x) => x); });',
      ['get', 'srv'],
    ],
    ['a module pattern', 'const store = (() => { function put() {} return { put }; })();', ['store', 'store.put']],
    ['two callbacks in one binding', 'const p = both(() => 1, () => 2);', []],
    [
      'declarations without a body',
      'declare function f(): void; abstract class A { abstract run(): void; } interface I { go(): void }',
      ['A'],
    ],
    ['overloads', 'function f(a: string): void; function f(a: number): void; function f(a: unknown) {}', ['f']],
  ])('%s', (_title, source, expected) => {
    expect(names(source)).toEqual(['<module>', ...expected]);
  });

  it.each<[string, string, string[]]>([
    [
      'CommonJS exports',
      'exports.f = () => 1; module.exports.g = function () {}; module.exports = { h() {} };',
      ['f', 'g', 'h'],
    ],
    ['a CommonJS function', 'module.exports = function () {};', ['default']],
    ['fields of a JavaScript class', 'class A { run = () => 1; static #go = () => 2; }', ['A', 'A.run', 'A.#go']],
  ])('%s in JavaScript', (_title, source, expected) => {
    expect(names(source, 'lib/a.cjs')).toEqual(['<module>', ...expected]);
  });

  it('reads components with JSX in tsx and jsx', () => {
    const source =
      'export const Page = () => <main onClick={() => go()}>{items.map((item) => <Row key={item} />)}</main>;';

    expect(names(source, 'src/page.tsx')).toEqual(['<module>', 'Page']);
    expect(names(source, 'src/page.jsx')).toEqual(['<module>', 'Page']);
  });

  it('numbers a repeated name in source order, the names below it included', () => {
    const source = 'class A { get v() { return 1; } set v(x) { const f = () => x; } } function g() {} function g() {}';

    expect(names(source)).toEqual(['<module>', 'A', 'A.v', 'A.v~2', 'A.v~2.f', 'g', 'g~2']);
    expect(names(source)).toEqual(names(source));
  });

  it('tells kinds apart', () => {
    const source = 'class A { constructor() {} get a() { return 1; } set b(x) {} m() {} f = () => 1; } function g() {}';

    const kinds = listSymbols(source, 'a.ts').map((symbol) => symbol.kind);

    expect(kinds).toEqual(['module', 'class', 'constructor', 'getter', 'setter', 'method', 'arrow', 'function']);
  });

  it('keeps what can be read of a broken file', () => {
    expect(names('function ok() { return 1; }\nfunction broken( { ]]\nconst also = () => 1;')).toContain('ok');
    expect(names('')).toEqual(['<module>']);
  });

  it('reads code that nests deeper than a call stack', () => {
    expect(names(`const x = ${'['.repeat(20_000)}${']'.repeat(20_000)}; function f() {}`)).toContain('f');
  });

  it('refuses a language that it does not know', () => {
    expect(isSourcePath('a.rb')).toBe(false);
    expect(isSourcePath('a.mts')).toBe(true);
    expect(() => listSymbols('x = 1', 'a.rb')).toThrow(
      expect.objectContaining({ code: 'HEADROOM_SOURCE_LANGUAGE_UNSUPPORTED' }),
    );
  });

  it('never throws, and gives unique names with ranges inside the file, for any text', () => {
    const piece = fc.constantFrom(
      'class A {',
      '}',
      'f() {',
      '=> ',
      '(',
      ')',
      'const a = ',
      'function g',
      '`${',
      '\n',
      'get ',
      '#x',
      "'",
      '😀',
      'export default ',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 25 }), (pieces) => {
        const source = pieces.join('');
        const symbols = listSymbols(source, 'a.ts');
        expect(new Set(symbols.map((symbol) => symbol.name)).size).toBe(symbols.length);
        for (const { start, end } of symbols) {
          expect(start.offset).toBeLessThanOrEqual(end.offset);
          expect(end.offset).toBeLessThanOrEqual(source.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('places of symbols', () => {
  const source = [
    'import x from "y";',
    'class Logger {',
    '  /* 😀 */ write(line) {',
    '    return line.split(",").map((part) => part.trim());',
    '  }',
    '}',
    'const pick = (a) => a + 1;',
    'pick(1);',
  ].join('\n');

  it('gives 1-based lines, 0-based UTF-16 columns, offsets and the body', () => {
    const write = findSymbol(source, 'a.js', 'Logger.write')!;

    expect(write.start).toEqual({ line: 3, column: 11, offset: source.indexOf('write') });
    expect(write.end.line).toBe(5);
    expect(symbolText(source, write)).toMatch(/^write\(line\) \{[^]*\}$/);
    expect(source.slice(write.bodyRange.start.offset, write.bodyRange.end.offset)).toMatch(/^\{[^]*\}$/);
  });

  it('gives the expression as the body of an arrow function, and the whole file as the module', () => {
    const pick = findSymbol(source, 'a.js', 'pick')!;
    const module = findSymbol(source, 'a.js', '<module>')!;

    expect(symbolText(source, pick)).toBe('(a) => a + 1');
    expect(source.slice(pick.bodyRange.start.offset, pick.bodyRange.end.offset)).toBe('a + 1');
    expect(symbolText(source, module)).toBe(source);
  });

  it.each([
    ['part.trim', 'Logger.write'],
    ['(line)', 'Logger.write'],
    ['Logger {', 'Logger'],
    ['a + 1', 'pick'],
    ['pick(1)', '<module>'],
    ['import', '<module>'],
  ])('finds the innermost named symbol around %s', (marker, expected) => {
    expect(nameAt(source, marker, 'a.js')).toBe(expected);
  });

  it('gives code of a class outside its methods to the class', () => {
    const text = 'class A { items = [1, [2].map((x) => x * 2)]; static { boot(); } }';

    expect(nameAt(text, 'x * 2')).toBe('A');
    expect(nameAt(text, 'boot')).toBe('A');
  });

  it('finds nothing outside the file', () => {
    expect(symbolAt(listSymbols('f();', 'a.ts'), 9, 0)).toBeUndefined();
    expect(symbolAt(listSymbols('f();', 'a.ts'), 0, 0)).toBeUndefined();
  });

  it('finds a symbol by its exact name only', () => {
    expect(findSymbol(source, 'a.js', 'write')).toBeUndefined();
    expect(findSymbol(source, 'a.js', 'Logger.write')?.id).toBe('a.js:Logger.write');
  });

  it('suggests what was meant', () => {
    const symbols = listSymbols(`${source}\nclass Sink { write() {} }`, 'a.js');

    expect(suggestSymbols(symbols, 'write')).toEqual(['Sink.write', 'Logger.write']);
    expect(suggestSymbols(symbols, 'Loger.wirte')[0]).toBe('Logger.write');
    expect(suggestSymbols(symbols, 'Pick')).toEqual(['pick']);
    expect(suggestSymbols(symbols, 'completelyUnrelated')).toEqual([]);
    expect(suggestSymbols(symbols, 'write', 1)).toHaveLength(1);
  });
});
