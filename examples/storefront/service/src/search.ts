import type { Product } from './catalogue.ts';

export interface Hit {
  product: Product;
  score: number;
}

const MAX_HITS = 10;

/** The words that carry meaning, in one spelling: no stop words, no plural or possessive, article numbers in capitals. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  for (const raw of text.split(' ')) {
    const word = new RegExp('[,.;:!?]$', 'i').test(raw) ? raw.slice(0, -1) : raw;
    if (word === '' || new RegExp('^(?:a|an|and|by|for|in|of|on|or|the|to|with)$', 'i').test(word)) continue;
    if (new RegExp('^[a-z]{2}-[0-9]{3}$', 'i').test(word)) {
      tokens.push(word.toUpperCase());
    } else if (new RegExp("'s$", 'i').test(word)) {
      tokens.push(word.slice(0, -2).toLowerCase());
    } else if (new RegExp('[^aeiou]ies$', 'i').test(word)) {
      tokens.push(word.slice(0, -3).toLowerCase() + 'y');
    } else if (new RegExp('(?:ss|x|ch|sh)es$', 'i').test(word)) {
      tokens.push(word.slice(0, -2).toLowerCase());
    } else if (new RegExp('[^su]s$', 'i').test(word)) {
      tokens.push(word.slice(0, -1).toLowerCase());
    } else {
      tokens.push(word.toLowerCase());
    }
  }
  return tokens;
}

export function scoreProduct(product: Product, terms: readonly string[]): number {
  const words = tokenize(product.title);
  let score = 0;
  for (const term of terms) {
    if (term === product.sku) score += 10;
    const position = words.indexOf(term);
    if (position === 0) score += 3;
    else if (position > 0) score += 2;
    if (term === product.category) score += 1;
  }
  return score;
}

export function search(products: readonly Product[], query: string): Hit[] {
  const terms = tokenize(query);
  if (terms.length === 0) return [];
  const hits: Hit[] = [];
  for (const product of products) {
    const score = scoreProduct(product, terms);
    if (score > 0) hits.push({ product, score });
  }
  hits.sort((a, b) => b.score - a.score || a.product.sku.localeCompare(b.product.sku));
  return hits.slice(0, MAX_HITS);
}
