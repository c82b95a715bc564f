import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CartStore, mergeLines } from '../src/cart.ts';

test('repeated articles become one line', () => {
  const lines = [
    { sku: 'KT-1', quantity: 2 },
    { sku: 'GD-1', quantity: 1 },
    { sku: 'KT-1', quantity: 3 },
  ];

  assert.deepEqual(mergeLines(lines), [
    { sku: 'KT-1', quantity: 5 },
    { sku: 'GD-1', quantity: 1 },
  ]);
});

test('a quantity below one is refused', () => {
  for (const quantity of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => mergeLines([{ sku: 'KT-1', quantity }]), /quantity of KT-1 must be at least 1/);
  }
});

test('too many pieces or articles are refused', () => {
  const articles = Array.from({ length: 41 }, (_, index) => ({ sku: `KT-${index}`, quantity: 1 }));

  assert.throws(() => mergeLines([{ sku: 'KT-1', quantity: 100 }]), /at most 99/);
  assert.throws(() => mergeLines(articles), /at most 40 articles/);
});

test('carts have ids of their own', () => {
  const store = new CartStore();
  const first = store.create([{ sku: 'KT-1', quantity: 1 }]);
  const second = store.create([{ sku: 'KT-1', quantity: 1 }]);

  assert.notEqual(first.id, second.id);
  assert.equal(store.find(first.id), first);
  assert.equal(store.find('c999999'), undefined);
});

test('the oldest cart goes when there are too many', () => {
  const store = new CartStore();
  const first = store.create([{ sku: 'KT-1', quantity: 1 }]);
  for (let count = 0; count < 5000; count += 1) store.create([{ sku: 'KT-1', quantity: 1 }]);

  assert.equal(store.find(first.id), undefined);
  assert.ok(store.find('c000002'));
});
