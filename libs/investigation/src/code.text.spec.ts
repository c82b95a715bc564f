import { describe, expect, it } from '@jest/globals';
import { normalizedCode, scanCode } from './code.text.js';
import { importTargets } from './code.imports.js';
import { definedNames } from './code.words.js';

describe('scanCode', () => {
  it('keeps length and lines, and blanks comments and strings only', () => {
    const source =
      "a(); // x 'y\n/* b('\n*/ c('d // e', `f ${g(`h`)} // i`); j = /[/'\"]\\/\\/k/.test(l) / m; /*/ n */ o();";
    const { code, bare } = scanCode(source);
    expect([code.length, bare.length]).toEqual([source.length, source.length]);
    expect(code.split('\n')).toHaveLength(3);
    const words = (text: string): string[] => text.match(/[a-z]+/g) ?? [];
    expect(words(bare)).toEqual(['a', 'c', 'g', 'j', 'test', 'l', 'm', 'o']);
    expect(words(code)).toEqual(['a', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'test', 'l', 'm', 'o']);
  });

  it('does not lose the rest of the text to an unfinished string', () => {
    expect(scanCode("it's\nnext()").bare).toContain('next');
  });
});

describe('normalizedCode', () => {
  it.each([
    ['blanks and line breaks', 'f( a,b )', 'f(\n  a,\n  b,\n)'],
    ['comments', 'f(a); // x', '/* y */ f(a);'],
    ['quotes', 'f("a")', "f('a')"],
    ['a trailing comma', '[1, 2]', '[1, 2,]'],
  ])('does not tell %s apart', (_, one, other) => {
    expect(normalizedCode(one)).toBe(normalizedCode(other));
  });

  it.each([
    ['blanks in strings', "f('a b')", "f('a  b')"],
    ['names', 'return a', 'returna'],
    ['what stands behind a regular expression with slashes', 'x = /[/]\\/\\//; a()', 'x = /[/]\\/\\//; b()'],
    ['numbers', 'f(10)', 'f(100)'],
    ['what stands in a template', '`a ${b}`', '`a ${c}`'],
  ])('tells %s apart', (_, one, other) => {
    expect(normalizedCode(one)).not.toBe(normalizedCode(other));
  });
});

describe('definedNames', () => {
  it.each([
    ['type Made = (count?: number) => Promise<World>;', []],
    ['export interface Made { count: number }', []],
    ['const a = b;', ['a']],
    ['let { c, d: e } = f;', ['c', 'd', 'e']],
    ['g.h += 1;', ['h']],
    ['if (i === j && k <= l) m(n => n);', []],
    ['rows.push(o);', ['rows']],
    ['  limit: 10,', ['limit']],
    ['function p(q, r = 10) {', ['r']],
  ])('%s', (line, names) => {
    expect([...new Set(definedNames(line))]).toEqual(names);
  });
});

describe('code of other languages', () => {
  const wordsOf = (text: string): string[] => text.match(/[a-z]+/g) ?? [];

  it.each([
    ['python', `a = b // c # it's d\ndef e():\n    """It's f."""\n    g("""h\n'i'""", r'j', f"k {l}")\n`, 'abcdefegrf'],
    ['go', "a := b / c // it's d\ne(`f\n${g}\\`, '\"', h) /* i */", 'abceh'],
    ['java', 'a = b / c; // d\nString e = """\n f "g" """; h(\'"\', i);', 'abctringehi'],
  ] as const)('have their own comments and strings: %s', (language, source, expected) => {
    const { code, bare } = scanCode(source, language);

    expect([code.length, bare.length]).toEqual([source.length, source.length]);
    expect(wordsOf(bare).join('')).toBe(expected);
  });

  it.each([
    ['blanks in a line and comments', 'python', 'f( a,b ) # x', 'f(a, b)'],
    ['the layout of a call', 'python', 'x = f(a, b)\ny', 'x = f(\n    a,\n    b,\n)\n\ny'],
    ['quotes and documentation', 'python', 'def f():\n    """A."""\n    return "a"', "def f():\n    return 'a'"],
    ['comments', 'go', 'f(a) // x', 'f(a)'],
  ] as const)('are equal in %s (%s)', (_, language, one, other) => {
    expect(normalizedCode(one, language)).toBe(normalizedCode(other, language));
  });

  it.each([
    ['indentation', 'python', 'for x in y:\n    f(x)\n    g()', 'for x in y:\n    f(x)\ng()'],
    ['what is behind a division', 'python', 'a // b', 'a // c'],
    ['a number in a comment-like string', 'python', 'f("#1")', 'f("#2")'],
    ['a raw string', 'go', 'f(`a // b`)', 'f(`a // c`)'],
  ] as const)('are told apart by %s (%s)', (_, language, one, other) => {
    expect(normalizedCode(one, language)).not.toBe(normalizedCode(other, language));
  });

  it.each([
    ['python', 'a, self.b = f(c=d)', ['a', 'b', 'c']],
    ['python', 'for key, row in rows:', ['key', 'row']],
    ['python', 'with open(path) as file:', ['file']],
    ['python', 'if (n := f(x)) == y:', ['n']],
    ['python', 'limit: int = 10', ['limit']],
    ['python', 'rows.append(x)', ['rows']],
    ['go', 'a, ok := f(b)', ['a', 'ok']],
    ['go', 'total += x', ['total']],
    ['java', 'final int a = b;', ['a']],
    ['java', 'for (Row row : rows) {', ['row']],
  ] as const)('define names: %s, %s', (language, line, names) => {
    expect(definedNames(line, language).sort()).toEqual([...names].sort());
  });

  it.each([
    [
      'app/a/b.py',
      'from . import c\nfrom ..d import (e,\n  f)\nimport g.h as i',
      ['app/a/c', 'app/d/e', 'app/d/f', 'app/g/h', 'g/h'],
    ],
    ['a/b.go', 'import (\n\t"fmt"\n\tx "example.com/till/sum"\n)', ['sum', 'till/sum']],
    [
      'src/main/java/com/x/A.java',
      'package com.x;\nimport com.y.B;\nimport static com.z.C.d;',
      ['src/main/java/com/y/B', 'src/main/java/com/z/C'],
    ],
  ])('import by their own rules: %s', (path, text, targets) => {
    expect(importTargets(text, path)).toEqual(expect.arrayContaining(targets));
  });
});
