import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Catalogue, loadProducts } from '../src/catalogue.ts';
import { catalogueOf, product } from './support/products.ts';
import { problemsOf } from './support/records.ts';

test('every product of the shop has its own number, a price and a weight', () => {
  const products = loadProducts();

  assert.equal(new Set(products.map(({ sku }) => sku)).size, products.length);
  for (const { sku, priceCents, weightGrams } of products) {
    assert.match(sku, /^[A-Z]{2}-\d{3}$/);
    assert.ok(priceCents > 0 && weightGrams > 0, sku);
  }
});

test('a product is found by its number', () => {
  const catalogue = catalogueOf(product({ sku: 'KT-1' }), product({ sku: 'KT-2' }));

  assert.equal(catalogue.find('KT-2')?.sku, 'KT-2');
  assert.equal(catalogue.find('KT-3'), undefined);
});

test('related products share the category and do not repeat the product', () => {
  const pan = product({ sku: 'KT-1' });
  const catalogue = catalogueOf(pan, product({ sku: 'GD-1', category: 'garden' }), product({ sku: 'KT-2' }));

  assert.deepEqual(
    catalogue.related(pan).map(({ sku }) => sku),
    ['KT-2'],
  );
});

test('the catalogue is read again only after its time to live', () => {
  let now = 0;
  let loads = 0;
  const load = () => {
    loads += 1;
    return [product()];
  };
  const catalogue = new Catalogue(60, load, () => now);

  catalogue.products();
  now = 59_999;
  catalogue.products();
  assert.equal(loads, 1);

  now = 60_000;
  catalogue.products();
  assert.equal(loads, 2);
});

test('a catalogue that cannot be read again stays in use, and the error is logged', () => {
  let now = 0;
  const load = () => {
    if (now > 0) throw new Error('disk gone');
    return [product({ sku: 'KT-9' })];
  };
  const catalogue = new Catalogue(60, load, () => now);
  catalogue.products();
  now = 120_000;

  const problems = problemsOf(() => assert.equal(catalogue.find('KT-9')?.sku, 'KT-9'));

  assert.equal(problems.length, 1);
  assert.match(String(problems[0]?.['reason']), /disk gone/);
});

test('a first load that fails is not hidden', () => {
  const catalogue = new Catalogue(60, () => {
    throw new Error('no such file');
  });

  assert.throws(() => catalogue.products(), /no such file/);
});
