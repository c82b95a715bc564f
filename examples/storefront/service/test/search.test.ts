import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { scoreProduct, search, tokenize } from '../src/search.ts';
import { product } from './support/products.ts';

describe('tokenize', () => {
  const cases: [string, string[]][] = [
    ['', []],
    ['   ', []],
    ['The lamp for a DESK', ['lamp', 'desk']],
    ['enamel mugs, set of four', ['enamel', 'mug', 'set', 'four']],
    ['kt-104', ['KT-104']],
    ['kt-1040', ['kt-1040']],
    ['berries', ['berry']],
    ['toys', ['toy']],
    ['brushes boxes glasses', ['brush', 'box', 'glass']],
    ["Cook's knife!", ['cook', 'knife']],
    ['brass glass', ['brass', 'glass']],
    ['cactus', ['cactus']],
  ];
  for (const [text, tokens] of cases) {
    test(`"${text}" has the words ${JSON.stringify(tokens)}`, () => assert.deepEqual(tokenize(text), tokens));
  }

  test('gives the same words every time', () => {
    const text = "The florist's brushes, KT-104 and berries.";

    assert.deepEqual(tokenize(text), tokenize(text));
    assert.deepEqual(tokenize(text), ['florist', 'brush', 'KT-104', 'berry']);
  });
});

describe('scoreProduct', () => {
  const lamp = product({ sku: 'HM-402', title: 'Desk lamps in linen', category: 'home' });

  test('the first word of a title counts more than a later one', () => {
    assert.equal(scoreProduct(lamp, ['desk']), 3);
    assert.equal(scoreProduct(lamp, ['lamp']), 2);
  });

  test('an article number outweighs words', () => {
    assert.equal(scoreProduct(lamp, tokenize('hm-402')), 10);
  });

  test('words add up, unknown ones count nothing', () => {
    assert.equal(scoreProduct(lamp, ['desk', 'lamp', 'home', 'wool']), 6);
    assert.equal(scoreProduct(lamp, ['wool']), 0);
  });
});

describe('search', () => {
  const mug = product({ sku: 'KT-1', title: 'Enamel mugs' });
  const pot = product({ sku: 'OD-1', title: 'Coffee pot in enamel', category: 'outdoor' });
  const soap = product({ sku: 'BT-1', title: 'Olive oil soap', category: 'bath' });

  test('finds by relevance, best first', () => {
    assert.deepEqual(
      search([soap, pot, mug], 'enamel mug').map(({ product: { sku }, score }) => [sku, score]),
      [
        ['KT-1', 5],
        ['OD-1', 2],
      ],
    );
  });

  test('equal hits come in order of their numbers', () => {
    const second = product({ sku: 'KT-2', title: 'Enamel plates' });

    assert.deepEqual(
      search([second, mug], 'enamel').map((hit) => hit.product.sku),
      ['KT-1', 'KT-2'],
    );
  });

  test('a query of stop words finds nothing', () => {
    assert.deepEqual(search([mug, pot, soap], 'for the'), []);
  });

  test('returns at most ten products', () => {
    const many = Array.from({ length: 12 }, (_, index) => product({ sku: `KT-${100 + index}`, title: 'Plate' }));

    assert.equal(search(many, 'plates').length, 10);
  });
});
