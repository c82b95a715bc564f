import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { callsWithin } from './call.sites.js';
import { listSymbols, symbolAt, symbolText } from './symbol.list.js';

const PYTHON = `import re

def outer(xs):
    def inner(x):
        return re.sub('a', 'b', x)
    return [inner(x).strip() for x in xs]

class Index(Base):
    size = 3

    @property
    def words(self):
        return self.load()

    async def load(self):
        await go()

    class Entry:
        def __init__(self): pass

def twice(): pass
def twice(): pass

key = lambda x: x.name
`;

const GO = `package index

import "strings"

var clean = func(s string) string { return strings.TrimSpace(s) }

type Index[K any] struct{}

func New() *Index[int] { return nil }

func (i *Index[K]) Find(word string) int {
	each := func(w string) int { return len(w) }
	return each(clean(word)) + i.rest.Count(word)
}

func (i Index[K]) Count() int { return 0 }
`;

const JAVA = `package shop.search;

class Index<K> {
  static { load(); }
  Index(int size) { this(size, 1); }
  Index(int size, int more) { }
  int find(String word) { return words.stream().map(w -> clean(w)).count(); }
  int find(int word) {
    return run(new Task() { public int go() { return 1; } });
  }
  static class Entry { void drop() { } }
  enum Kind { A; int rank() { return 1; } }
  interface Sink { default void put() { } }
  record Pair(int a) { Pair { } }
}
`;

function names(source: string, path: string): string[] {
  return listSymbols(source, path).map(({ name, kind }) => `${kind} ${name}`);
}

describe('symbols', () => {
  it('are functions, methods and classes of Python, by the definitions around them', () => {
    expect(names(PYTHON, 'a.py')).toEqual([
      'module <module>',
      'function outer',
      'function outer.inner',
      'class Index',
      'method Index.words',
      'method Index.load',
      'class Index.Entry',
      'constructor Index.Entry.__init__',
      'function twice',
      'function twice~2',
      'arrow key',
    ]);
  });

  it('hold their decorators', () => {
    const symbols = listSymbols(PYTHON, 'a.py');

    expect(symbolAt(symbols, 11, 4)?.name).toBe('Index.words');
    expect(
      symbolText(
        PYTHON,
        symbols.find(({ name }) => name === 'Index.words')!,
      ),
    ).toMatch(/^@property\n/);
  });

  it('are functions and methods of Go, by the type of the receiver', () => {
    expect(names(GO, 'a.go')).toEqual([
      'module <module>',
      'arrow clean',
      'function New',
      'method Index.Find',
      'method Index.Count',
    ]);
  });

  it('are types and methods of Java; a lambda and a class without a name belong to the method around them', () => {
    expect(names(JAVA, 'A.java')).toEqual([
      'module <module>',
      'class Index',
      'function Index.<clinit>',
      'constructor Index.<init>',
      'constructor Index.<init>~2',
      'method Index.find',
      'method Index.find~2',
      'class Index.Entry',
      'method Index.Entry.drop',
      'class Index.Kind',
      'method Index.Kind.rank',
      'class Index.Sink',
      'method Index.Sink.put',
      'class Index.Pair',
      'constructor Index.Pair.<init>',
    ]);
    expect(symbolAt(listSymbols(JAVA, 'A.java'), 9, 45)?.name).toBe('Index.find~2');
  });

  it('are found in odd places too', () => {
    const python = `class A:
    if True:
        def __init__(self): pass
        def run(self):
            def inner(): pass
`.replaceAll('\n', '\r\n');
    const go = 'package a\nvar a, /* one */ b = func() {}, func() {}\nvar c = []func(){func() {}}\n';
    const java = 'enum K { A { int rank() { return 1; } }, B { int rank() { return 2; } }; int rank() { return 3; } }';

    expect(names(python, 'a.py').slice(1)).toEqual([
      'class A',
      'constructor A.__init__',
      'method A.run',
      'function A.run.inner',
    ]);
    expect(names(go, 'a.go').slice(1)).toEqual(['arrow a', 'arrow b']);
    expect(names(java, 'K.java').slice(1)).toEqual(['class K', 'method K.rank']);
  });

  it.each(['a.py', 'a.go', 'A.java'])('of %s can be asked of any text', (path) => {
    const pieces = fc.constantFrom(...(PYTHON + GO + JAVA).split(/(?<=[\s(){}])/), '\u{1F600}', '\0', '"', "'");

    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const source = parts.join('');
        const symbols = listSymbols(source, path);

        expect(symbols[0]!.name).toBe('<module>');
        expect(new Set(symbols.map(({ name }) => name)).size).toBe(symbols.length);
        for (const { start, end } of symbols) expect(start.offset).toBeLessThanOrEqual(end.offset);
      }),
      { numRuns: 200 },
    );
  });
});

describe('calls', () => {
  it.each([
    [PYTHON, 'a.py', 'outer', ['inner(…).strip', 'inner']],
    [PYTHON, 'a.py', 'outer.inner', ['re.sub']],
    [PYTHON, 'a.py', 'Index.words', ['self.load']],
    [GO, 'a.go', 'Index.Find', ['len', 'each', 'clean', 'i.rest.Count']],
    [JAVA, 'A.java', 'Index.find', ['words.stream(…).map(…).count', 'words.stream(…).map', 'words.stream', 'clean']],
    [JAVA, 'A.java', 'Index.find~2', ['run', 'new Task(…)']],
    [
      'package a\nfunc F() { Map[int](xs); pkg.Map[K, V](xs); []byte(x); (f)(x) }',
      'a.go',
      'F',
      ['Map', 'pkg.Map', '(f)'],
    ],
    ['class A { void f() { new B(1, 2).go(); } }', 'A.java', 'A.f', ['new B(…).go', 'new B(…)']],
  ])('%# are those of the function and of what has no name in it', (source, path, name, calls) => {
    expect(callsWithin(source, path, name).map(({ text }) => text)).toEqual(calls);
  });

  it.each([
    ['package a\nfunc F() { Map[int](xs); pkg.Each[K, V](xs); (f)(x) }', 'a.go', 'F', ['Map', 'Each', 'f']],
    ['def f(): (g)(x); (a.b)(x)', 'a.py', 'f', ['g', 'b']],
  ])('%# are charged to the last name of the function', (source, path, name, last) => {
    expect(callsWithin(source, path, name).map((call) => call.name)).toEqual(last);
  });
});
