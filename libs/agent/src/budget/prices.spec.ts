import { describe, expect, it } from '@jest/globals';
import { costOf, DEFAULT_MODEL, pricesOf, worstCost } from './prices.js';

describe('prices', () => {
  it('counts each kind of token at its own price', () => {
    const prices = { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 };
    expect(costOf(prices, { input: 1000, output: 100, cacheWrite: 2000, cacheRead: 50_000 })).toBeCloseTo(0.026, 9);
    expect(worstCost(prices, 53_000, 8000)).toBeCloseTo(0.425, 9);
  });

  it('takes the price of a long prompt for the whole call, cached tokens included', () => {
    const haiku = pricesOf('claude-haiku-5-5')!;
    expect(costOf(haiku, { input: 0, output: 1000, cacheWrite: 0, cacheRead: 100_000 })).toBeCloseTo(0.0015, 9);
    expect(costOf(haiku, { input: 1, output: 1000, cacheWrite: 0, cacheRead: 100_000 })).toBeCloseTo(0.0075005, 9);
  });

  it('knows the default model, lets the configuration go first, and nothing else', () => {
    expect(pricesOf(DEFAULT_MODEL)).toBeDefined();
    const own = { input: 1, output: 1, cacheWrite: 1, cacheRead: 1 };
    expect(pricesOf(DEFAULT_MODEL, { [DEFAULT_MODEL]: own })).toBe(own);
    expect(pricesOf('a-model-of-somebody')).toBeUndefined();
    expect(pricesOf('constructor')).toBeUndefined();
  });
});
