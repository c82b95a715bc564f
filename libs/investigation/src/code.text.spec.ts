import { describe, expect, it } from '@jest/globals';
import { normalizedCode, scanCode } from './code.text.js';
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
