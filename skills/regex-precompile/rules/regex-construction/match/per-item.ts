import { basename } from 'node:path';

export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const word of text.split(' ')) {
    if (new RegExp('^(?:a|the)$', 'i').test(word)) continue;
    tokens.push(new RegExp("'s$").test(word) ? word.slice(0, -2) : basename(word));
  }
  return tokens;
}

export function run(): unknown {
  return ['The cat', "a cat's cradle", ''].map((text) => tokenize(text));
}
