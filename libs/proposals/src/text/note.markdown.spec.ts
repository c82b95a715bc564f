import { describe, expect, it } from '@jest/globals';
import { noteMarkdown } from './note.markdown.js';

describe('noteMarkdown', () => {
  it.each([
    ['# Why\r\n\r\nIt **grew**, see `a @b`.', '### Why\n\nIt **grew**, see `a @b`.'],
    ['1) one\n  * two @all', '1. one\n  - two &#64;all'],
    ['```js\nconst a = "@b";\n```\n@c', '```\nconst a = "@b";\n```\n&#64;c'],
    ['~~~\nopen to the end', '~~~\nopen to the end\n~~~'],
    ['| a |\n| --- |', '\\| a \\|\n\\| --- \\|'],
  ])('shows %j', (note, expected) => {
    expect(noteMarkdown(note)).toBe(expected);
  });

  it.each(['\u200b', '\u202e', '\u0000'])('lets no code block end at a fence that holds %j', (hidden) => {
    const text = noteMarkdown(`\`\`\`\nconst a = 1;\n${hidden}\`\`\`\n@everyone ![p](https://evil.example)`);

    expect(text).toBe('```\nconst a = 1;\n```\n&#64;everyone \\!\\[p\\](https&#58;//evil.example)');
  });
});
