import { describe, expect, it } from '@jest/globals';
import { fillTemplate } from './template.js';

describe('fillTemplate', () => {
  it('leaves out paragraphs without a value, and sections without a paragraph', () => {
    const sections = [
      { paragraphs: ['{{a}}'] },
      { heading: 'Known', paragraphs: ['so {{ a }}', 'and {{b}}'] },
      { heading: 'Unknown', paragraphs: ['{{b}}'] },
    ];

    expect(fillTemplate(sections, { a: '1', b: undefined })).toBe('1\n\n## Known\n\nso 1\n');
  });

  it('fails for a field that no record has', () => {
    expect(() => fillTemplate([{ paragraphs: ['saves {{watts}}'] }], { a: '1' })).toThrow(/"watts"/);
  });

  it('fails for the names that every object has', () => {
    expect(() => fillTemplate([{ paragraphs: ['{{constructor}}'] }], {})).toThrow(/"constructor"/);
  });

  it('does not fill what came in by a value', () => {
    expect(fillTemplate([{ paragraphs: ['{{a}}'] }], { a: '{{b}} $1 $&', b: 'x' })).toBe('{{b}} $1 $&\n');
  });
});
