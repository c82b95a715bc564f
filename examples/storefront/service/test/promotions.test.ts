import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { applyPromotions, isUsable, loadPromotions, type PricedLine } from '../src/promotions.ts';
import { promotion } from './support/promotions.ts';
import { problemsOf } from './support/records.ts';

const cart = { id: 'c1', lines: [] };

function line(quantity: number, fields: Partial<PricedLine> = {}): PricedLine {
  const unitCents = 1000;
  return {
    sku: 'KT-1',
    title: 'Bowl',
    category: 'kitchen',
    quantity,
    unitCents,
    totalCents: unitCents * quantity,
    ...fields,
  };
}

const codes = (quantity: number, ...offers: Parameters<typeof promotion>[0][]): [string, number][] =>
  applyPromotions(cart, line(quantity), offers.map(promotion)).map(({ code, discountCents }) => [code, discountCents]);

describe('applyPromotions', () => {
  test('takes a percentage off the whole line', () => {
    assert.deepEqual(codes(3, { percent: 10 }), [['TEN', 300]]);
  });

  test('takes a percentage off one piece of every bundle', () => {
    const three = { code: 'THREE', kind: 'multibuy', percent: 50, minimumQuantity: 3 } as const;

    assert.deepEqual(codes(2, three), []);
    assert.deepEqual(codes(3, three), [['THREE', 500]]);
    assert.deepEqual(codes(7, three), [['THREE', 1000]]);
  });

  test('leaves other categories alone', () => {
    assert.deepEqual(codes(1, { categories: ['garden', 'bath'] }), []);
  });

  test('uses the best offer of each kind', () => {
    const offers = [
      { code: 'FIVE', percent: 5 },
      { code: 'EIGHT', percent: 8 },
      { code: 'SEVEN', percent: 7 },
      { code: 'PAIR', kind: 'multibuy', percent: 30, minimumQuantity: 2 },
    ] as const;

    assert.deepEqual(codes(2, ...offers.map((offer) => ({ ...offer }))), [
      ['EIGHT', 160],
      ['PAIR', 300],
    ]);
  });

  test('without offers nothing is taken off', () => {
    assert.deepEqual(applyPromotions(cart, line(1), []), []);
  });

  test('returns the label to be shown', () => {
    assert.equal(applyPromotions(cart, line(1), [promotion({ label: 'Spring' })])[0]?.label, 'Spring');
  });

  test('a discount beyond the price is dropped and logged as an error', () => {
    const offers = [promotion({ percent: 80 }), promotion({ kind: 'multibuy', percent: 80 })];

    const problems = problemsOf(() => assert.deepEqual(applyPromotions(cart, line(1), offers), []));

    assert.deepEqual(
      problems.map(({ level, cart: id, sku, total }) => [level, id, sku, total]),
      [['error', 'c1', 'KT-1', 1600]],
    );
  });

  test('ordinary offers raise no warning', () => {
    assert.deepEqual(
      problemsOf(() => codes(2, { percent: 10 })),
      [],
    );
  });
});

describe('loadPromotions', () => {
  test('every offer of the shop is usable', () => {
    assert.deepEqual(problemsOf(loadPromotions), []);
    assert.ok(loadPromotions().length > 5);
  });

  test('an offer that gives goods away is ignored with a warning', () => {
    const problems = problemsOf(() => assert.equal(isUsable(promotion({ code: 'GIFT', percent: 100 })), false));

    assert.deepEqual(
      problems.map(({ level, code }) => [level, code]),
      [['warn', 'GIFT']],
    );
  });
});
