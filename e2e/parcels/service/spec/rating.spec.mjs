import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rateManifest, rateParcel } from '../dist/rating.js';
import { standard } from '../dist/tariff.js';

const parcel = (changes = {}) => ({
  id: '4711',
  postcode: '1017 AB',
  grams: 800,
  size: { length: 200, width: 150, height: 100 },
  tags: [],
  ...changes,
});

describe('rateParcel', () => {
  it('adds surcharges to the price of the zone', () => {
    const rate = rateParcel('AMS', parcel({ tags: ['fragile', 'cold'] }), standard);

    assert.equal(rate.zone, 'city');
    assert.deepEqual(
      rate.surcharges.map(({ code }) => code),
      ['FRAGILE', 'COLD'],
    );
    assert.equal(rate.cents, 460 + 180 + 320);
  });

  it('charges for the room that a light parcel takes', () => {
    const bulky = parcel({ size: { length: 900, width: 700, height: 500 } });

    assert.equal(rateParcel('AMS', bulky, standard).cents, standard.priceOf('city', 63_000) + 450);
  });

  it('tells the hours on the way', () => {
    assert.equal(rateParcel('EIN', parcel({ postcode: '5501' }), standard).hours, 13);
  });

  it('prints a label with a check digit', () => {
    assert.match(rateParcel('AMS', parcel(), standard).label, /^AMS-C-0000004711-1017 AB-[0-9A-Z]$/);
  });
});

describe('rateManifest', () => {
  it('sums what it could rate and names the rest', () => {
    const parcels = [parcel(), parcel({ id: '4712', postcode: '9' }), parcel({ id: '4713', postcode: 'X1' })];
    const rated = rateManifest({ depot: 'AMS', parcels });

    assert.equal(rated.rates.length, 2);
    assert.deepEqual(rated.rejected, ['4713']);
    assert.equal(rated.cents, rated.rates[0].cents + rated.rates[1].cents);
  });
});
