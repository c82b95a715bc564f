import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delivers, deliveryFor } from '../src/shipping.ts';
import { taxWithin } from '../src/tax.ts';

test('light goods travel as a letter, heavier ones as a parcel', () => {
  assert.deepEqual(deliveryFor('NL', 350), { method: 'letter', cents: 295 });
  assert.deepEqual(deliveryFor('NL', 351), { method: 'parcel', cents: 595 });
});

test('delivery costs more the farther it goes', () => {
  assert.ok(deliveryFor('DE', 1000).cents > deliveryFor('NL', 1000).cents);
  assert.ok(deliveryFor('ES', 1000).cents > deliveryFor('DE', 1000).cents);
});

test('a country without delivery is refused', () => {
  assert.equal(delivers('US'), false);
  assert.equal(delivers('toString'), false);
  assert.throws(() => deliveryFor('US', 100), /no delivery to US/);
});

test('tax is the part of the price that it is', () => {
  assert.equal(taxWithin('NL', 12100), 2100);
  assert.equal(taxWithin('DE', 11900), 1900);
});
