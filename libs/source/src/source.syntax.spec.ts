import { describe, expect, it } from '@jest/globals';
import { parsesWhole } from './source.syntax.js';

describe('whether a text parses', () => {
  it.each([
    ['a.ts', 'const a = [1, 2;\n'],
    ['a.ts', 'function f() {\n  return 1;\n'],
    ['a.ts', 'for (const x of xs {\n}\n'],
    ['a.js', 'f(a\n'],
    ['a.py', 'def f(:\n    pass\n'],
    ['a.go', 'package a\n\nfunc f() {\n\tg(1\n}\n'],
    ['A.java', 'class A { void f() { int a = 1 } }\n'],
    ['a.txt', 'text'],
  ])('tells that %s with %j does not', (path, source) => {
    expect(parsesWhole(source, path)).toBe(false);
  });

  it.each([
    ['a.ts', ''],
    ['a.ts', "const a = '', b = ``;\nfor (;;) ;\n"],
    ['a.ts', 'export function f(a: string): void\nexport function f(a: string) {\n  return a\n}\n'],
    ['a.d.ts', 'export declare function f(\n  a: string,\n): void\nexport declare const b: number\n'],
    ['a.tsx', 'const a = <></>;\n'],
    ['a.py', 's = ""\nt = f""\nif s: pass\n'],
    ['a.go', 'package a\n\nfunc f() string { for {} ; return `` }\n'],
    ['A.java', 'class A { String s = ""; void f() { for (;;); } }\n'],
  ])('tells that %s with %j does', (path, source) => {
    expect(parsesWhole(source, path)).toBe(true);
  });
});
