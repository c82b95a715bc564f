import { describe, expect, it } from '@jest/globals';
import { ownersOf } from './code.owners.js';

describe('ownersOf', () => {
  const text = [
    '# everything',
    '*                @all',
    '*.md             @docs # not the code',
    '/src/            @src',
    'search           @search',
    '/src/api/*       @api one@team.example',
    'deep/**/x.ts     @deep',
    '/src/with\\ blank.ts @blank',
    '/src/free.ts',
    '/src/broken.ts   nobody',
    '!/src/kept.ts    @never',
    '/src/[ab].ts     @never',
  ].join('\n');

  it.each([
    ['a.ts', ['@all']],
    ['lib/src/a.ts', ['@all']],
    ['README.md', ['@docs']],
    ['src/x.ts', ['@src']],
    ['src/search/index.ts', ['@search']],
    ['lib/search', ['@search']],
    ['src/api/v1.ts', ['@api', 'one@team.example']],
    ['src/api/v1/users.ts', ['@src']],
    ['deep/x.ts', ['@deep']],
    ['deep/a/b/x.ts', ['@deep']],
    ['other/deep/x.ts', ['@all']],
    ['src/with blank.ts', ['@blank']],
    ['src/free.ts', []],
    ['src/broken.ts', []],
    ['src/kept.ts', ['@src']],
    ['src/a.ts', ['@src']],
  ])('gives %s to %j: the last rule that matches', (path, owners) => {
    expect(ownersOf(text, path)).toEqual(owners);
  });

  it('does not take a pattern for a regular expression', () => {
    expect(ownersOf('/a.c/(x|y)+ @x\n/a(b @y', 'abc/x')).toEqual([]);
    expect(ownersOf('/a(b @y', 'a(b')).toEqual(['@y']);
  });
});
