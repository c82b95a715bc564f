import { basename } from 'node:path';

const TOKENIZE_PATTERN = new RegExp('^(?:a|the)$', 'i');
const TOKENIZE_PATTERN_2 = new RegExp("'s$");

export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.split(' ')) {
    if (TOKENIZE_PATTERN.test(word)) continue;
    tokens.push(TOKENIZE_PATTERN_2.test(word) ? word.slice(0, -2) : basename(word));
  }
  return tokens;
}

export function run(): unknown {
  return ['The cat', "a cat's cradle", ''].map((text) => tokenize(text));
}
