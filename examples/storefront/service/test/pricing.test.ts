import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { quoteCart, type PricingContext } from '../src/pricing.ts';
import { catalogueOf, product } from './support/products.ts';
import { promotion } from './support/promotions.ts';
import { problemsOf } from './support/records.ts';

const bowl = product({ sku: 'KT-1', priceCents: 1000, weightGrams: 400 });
const card = product({ sku: 'ST-1', category: 'stationery', priceCents: 250, weightGrams: 20 });

function context(fields: Partial<PricingContext> = {}): PricingContext {
  return { catalogue: catalogueOf(bowl, card), promotions: [], freeDeliveryCents: 5000, ...fields };
}

const cartOf = (...lines: [string, number][]) => ({
  id: 'c7',
  lines: lines.map(([sku, quantity]) => ({ sku, quantity })),
});

describe('quoteCart', () => {
  test('adds up goods, delivery and tax', () => {
    const quote = quoteCart(cartOf(['KT-1', 2], ['ST-1', 1]), 'NL', context());

    assert.equal(quote.cart, 'c7');
    assert.equal(quote.goodsCents, 2250);
    assert.equal(quote.discountCents, 0);
    assert.deepEqual(quote.delivery, { method: 'parcel', cents: 595 });
    assert.equal(quote.totalCents, 2845);
    assert.equal(quote.taxCents, 494);
    assert.equal(quote.total, 'EUR 28.45');
  });

  test('takes promotions off the line that they belong to', () => {
    const quote = quoteCart(cartOf(['KT-1', 2], ['ST-1', 1]), 'NL', context({ promotions: [promotion()] }));

    assert.deepEqual(
      quote.lines.map(({ sku, payableCents }) => [sku, payableCents]),
      [
        ['KT-1', 1800],
        ['ST-1', 250],
      ],
    );
    assert.equal(quote.discountCents, 200);
    assert.deepEqual(quote.lines[0]?.promotions, [{ code: 'TEN', label: 'Ten percent', discountCents: 200 }]);
  });

  test('delivers light goods as a letter', () => {
    assert.equal(quoteCart(cartOf(['ST-1', 3]), 'BE', context()).delivery.method, 'letter');
  });

  test('delivers for nothing from the limit on, after promotions', () => {
    const full = cartOf(['KT-1', 5]);

    assert.equal(quoteCart(full, 'NL', context()).delivery.cents, 0);
    assert.equal(quoteCart(full, 'NL', context({ promotions: [promotion()] })).delivery.cents, 595);
  });

  test('leaves out an article that left the catalogue, with a warning', () => {
    const cart = cartOf(['KT-1', 1], ['OLD-1', 1]);

    const problems = problemsOf(() => assert.equal(quoteCart(cart, 'NL', context()).lines.length, 1));

    assert.deepEqual(
      problems.map(({ level, sku }) => [level, sku]),
      [['warn', 'OLD-1']],
    );
  });

  test('gives the same quote for the same cart', () => {
    const quote = () => quoteCart(cartOf(['KT-1', 4]), 'FR', context({ promotions: [promotion()] }));

    assert.deepEqual(quote(), quote());
  });
});
