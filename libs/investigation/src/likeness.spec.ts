import { describe, expect, it } from '@jest/globals';
import type { Candidate } from './candidates.js';
import type { Growth } from './growth.js';
import { likenessTo } from './likeness.js';

const growth = {
  paths: [
    { frames: ['src/basket.ts:renderBasket', 'src/price.ts:formatPrice'], at: 0, before: 1, after: 9 },
    { frames: ['src/login.ts:checkPassword'], at: 0, before: 5, after: 5 },
  ],
} as unknown as Growth;

const setting = (key: string): Candidate => ({
  kind: 'config',
  key,
  before: '1',
  after: '2',
  deployment: 'd',
  proximity: 1,
  eligible: true,
});

describe('likeness', () => {
  it('orders candidates by the words that they share with what grew, not with what did not', () => {
    const likeness = likenessTo(growth);
    const [near, far] = ['price.format_digits', 'login.checkPassword'].map((key) => likeness(setting(key), undefined));
    expect(near).toBeGreaterThan(0.3);
    expect(far).toBe(0);
  });
});
