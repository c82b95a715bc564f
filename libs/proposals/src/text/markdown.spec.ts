import { describe, expect, it } from '@jest/globals';
import { bounded, code, escaped, markdownTable, shellBlock, shellWord } from './markdown.js';

describe('escaped', () => {
  it.each([
    ['a *bold* _word_ `code`', 'a \\*bold\\* \\_word\\_ \\`code\\`'],
    ['![pixel](https://evil.example/x)', '\\!\\[pixel\\](https&#58;//evil.example/x)'],
    ['<img src=x> & <!-- -->', '&lt;img src=x&gt; &amp; &lt;\\!-- --&gt;'],
    ['@team closes #12', '&#64;team closes &#35;12'],
    ['see www.evil.example', 'see www&#46;evil.example'],
    ['# heading', '&#35; heading'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['kernel 6.1.0', 'kernel 6.1.0'],
    ['a | b ~~c~~ $d$', 'a \\| b \\~\\~c\\~\\~ \\$d\\$'],
    ['line\n\n# second\u0000\u202e', 'line &#35; second'],
  ])('shows %j as text', (text, expected) => {
    expect(escaped(text)).toBe(expected);
  });

  it('is bounded', () => {
    expect(escaped('word '.repeat(500), 50)).toMatch(/^(word )+word…$|^.{1,50}$/);
    expect(Array.from(bounded('ü'.repeat(900), 100))).toHaveLength(100);
  });
});

describe('code', () => {
  it.each([
    ['plain', '`plain`'],
    ['a `tick`', '`` a `tick` ``'],
    ['two ``', '``` two `` ```'],
    ['', ''],
  ])('quotes %j so that nothing ends it early', (text, expected) => {
    expect(code(text)).toBe(expected);
  });
});

describe('shellBlock', () => {
  it('cannot be left by backticks or line breaks of a command', () => {
    const block = shellBlock(['echo ```\n# heading']);

    expect(block.startsWith('````sh\n')).toBe(true);
    expect(block.split('\n')).toHaveLength(3);
  });

  it('keeps a line as it is', () => {
    expect(shellBlock(['a   # b'])).toBe('```sh\na   # b\n```');
  });
});

describe('shellWord', () => {
  it.each([
    ['test/*.ts', "'test/*.ts'"],
    ["it's", "'it'\\''s'"],
    ['--operations', '--operations'],
    ['$(rm -rf .)', "'$(rm -rf .)'"],
    ['', "''"],
  ])('quotes %j', (word, expected) => {
    expect(shellWord(word)).toBe(expected);
  });
});

describe('markdownTable', () => {
  it('does not let a cell end early', () => {
    expect(markdownTable(['a'], [['x | y'], ['`a|b`']])).toBe('| a |\n| --- |\n| x \\| y |\n| `a\\|b` |');
  });
});
