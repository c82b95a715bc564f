import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatCents, percentOf, roundCents } from '../src/money.ts';

test('half a cent is rounded up', () => {
  assert.equal(roundCents(12.5), 13);
  assert.equal(roundCents(12.49), 12);
});

test('a percentage is a whole number of cents', () => {
  assert.equal(percentOf(1995, 10), 200);
  assert.equal(percentOf(1995, 0), 0);
});

test('an amount is shown with two decimals and its currency', () => {
  assert.equal(formatCents(5), 'EUR 0.05');
  assert.equal(formatCents(123456), 'EUR 1234.56');
  assert.equal(formatCents(-250, 'CHF'), 'CHF -2.50');
});
