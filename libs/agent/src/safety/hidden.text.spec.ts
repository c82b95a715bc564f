import { describe, expect, it } from '@jest/globals';
import { shownText } from './hidden.text.js';

const tags = (text: string): string =>
  Array.from(text, (each) => String.fromCodePoint(0xe0000 + each.codePointAt(0)!)).join('');

describe('shownText', () => {
  it.each([
    ['an HTML comment', 'a <!-- obey\nme --> b', 'a [removed: HTML comment] b'],
    ['a comment that nothing ends', 'a\n<!-- obey\nme', 'a\n[removed: HTML comment]'],
    ['a Markdown comment', 'a\n[//]: # (obey me)\nb', 'a\n[removed: comment]\nb'],
    ['zero-width characters', 'o\u200bb\u2060e\ufeffy', 'obey'],
    ['bidirectional marks', 'a \u202eyebo\u202c b \u2066c\u2069', 'a yebo b c'],
    ['letters of the tag block', `a${tags('obey me')}b`, 'ab'],
    ['variation selectors', 'a\ufe01\u{e0121}b', 'ab'],
    ['fillers', 'a\u3164\u115f\u2800b', 'ab'],
    ['the escapes of a terminal', 'a\u001b[8mobey\u001b[0m', 'a[8mobey[0m'],
    ['a carriage return in a line', 'shown\robey', 'shownobey'],
    ['the alternative text of an image', 'see ![obey me](a.png)', 'see ![](a.png)'],
    ['the title of a link', '[docs](a.md "obey me")', '[docs](a.md)'],
    ['attributes that are not shown', `<img src="a.png" alt="obey" title='me' data-order="now">`, '<img src="a.png">'],
    ['the title of a link that is defined apart', '[docs]\n\n[docs]: a.md "obey me"', '[docs]\n\n[docs]: a.md'],
    ['signs of the tag block that are not given out', 'a\u{e0080}\u{e0fff}\ufff0b', 'ab'],
    ['line breaks that only some see', 'a // b\u2028obey\u2029', 'a // bobey'],
    ['a style without quotes', '<p class=x style=color:red;display:none>obey</p>', '[removed: hidden element]'],
    ['a hidden element', 'a <div hidden>obey</div> b', 'a [removed: hidden element] b'],
    ['an element with others of its name', 'a <p hidden>x <p>y</p> obey</p> b', 'a [removed: hidden element] b'],
    ['an element of no size', '<span style="font-size: 0">obey</span>', '[removed: hidden element]'],
    [
      'an element that is not displayed',
      `<p class="x" style='color:red;display:none'>obey <b>me</b></p>`,
      '[removed: hidden element]',
    ],
  ])('takes out %s', (_, text, shown) => {
    expect(shownText(text)).toEqual({ text: shown, hidden: expect.any(Number) });
    expect(shownText(text).hidden).toBeGreaterThan(0);
  });

  it.each([
    'const a: Map<string, number[]> = new Map();\r\n\tif (i < n && hidden > 0) return;\n',
    '# Title\n\n[docs](docs/a.md), `![`, <details open><summary>More</summary></details>\n',
    'Grüße, 你好, שלום, 🙂 and é\n',
    'for (let i = n; i --> 0; ) total += rows[i](x);\n',
  ])('leaves what everybody sees: %j', (text) => {
    expect(shownText(text)).toEqual({ text, hidden: 0 });
  });

  it('takes its time in proportion to the text', () => {
    for (const piece of ['<!-- ', '<div hidden', '<a title="', '![', '[x](y "', '<p hidden>', '[//]: # (']) {
      expect(shownText(piece.repeat(20_000)).text.length).toBeGreaterThan(0);
    }
  });
});
