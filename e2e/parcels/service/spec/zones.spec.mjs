import assert from 'node:assert/strict';
import { it } from 'node:test';
import { chargeableGrams, girth, readManifest } from '../dist/parcel.js';
import { zoneOf } from '../dist/zones.js';

it('takes the first area that a postcode begins with', () => {
  assert.deepEqual(['1012', '12 34', '31-10', '55AB', '51', '901'].map(zoneOf), [
    'city',
    'near',
    'far',
    'island',
    'far',
    'island',
  ]);
});

it('refuses a postcode of nowhere', () => {
  assert.throws(() => zoneOf('77'), /no zone has the postcode 77/);
});

it('measures weight and girth', () => {
  const parcel = { grams: 100, size: { length: 100, width: 300, height: 200 } };

  assert.equal(chargeableGrams(parcel), 1200);
  assert.equal(girth(parcel), 900);
});

it('reads manifests', () => {
  assert.throws(() => readManifest('{}'), /list of parcels/);
  assert.deepEqual(readManifest('{"depot":"AMS","parcels":[]}'), { depot: 'AMS', parcels: [] });
});
