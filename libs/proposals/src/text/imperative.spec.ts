import { describe, expect, it } from '@jest/globals';
import { imperative } from './imperative.js';

describe('imperative', () => {
  it.each([
    ['Moves two regular expressions out of tokenize.', 'move two regular expressions out of tokenize'],
    ['Samples the log call in quote. It keeps warnings.', 'sample the log call in quote'],
    ['Caches the result', 'cache the result'],
    ['Processes rows once', 'process rows once'],
    ['Applies v1.2 rules', 'apply v1.2 rules'],
    ['Passes a\nconstant', 'pass a constant'],
    ['move it', 'move it'],
    ['URLs are parsed once.', 'URLs are parsed once'],
  ])('turns %j into a subject', (sentence, expected) => {
    expect(imperative(sentence)).toBe(expected);
  });

  it('is bounded at a word', () => {
    const text = imperative(`Moves ${'something '.repeat(30)}`);

    expect(text.length).toBeLessThanOrEqual(72);
    expect(text).toMatch(/something…$/);
  });
});
