/** Rates manifests of 25 parcels. Usage: node perf/manifests.perf.mjs <parcels> */
import { rateManifest } from '../dist/rating.js';

const parcels = Number(process.argv[2] ?? '50000');
const PER_MANIFEST = 25;
const POSTCODES = ['1012 AB', '1304', '2718 KL', '3511', '4002 ZZ', '5501', '5612 QR', '9011'];
const TAGS = [[], ['fragile'], [], ['cold', 'fragile'], ['signed']];

function parcelOf(number) {
  const size = { length: 120 + (number % 37) * 20, width: 90 + (number % 23) * 15, height: 40 + (number % 11) * 30 };
  const postcode = POSTCODES[number % POSTCODES.length];
  return {
    id: String(number),
    postcode,
    grams: 90 + ((number * 379) % 28_000),
    size,
    tags: TAGS[number % TAGS.length],
  };
}

let rated = 0;
for (let first = 0; first < parcels; first += PER_MANIFEST) {
  const count = Math.min(PER_MANIFEST, parcels - first);
  const manifest = { depot: 'AMS', parcels: Array.from({ length: count }, (_, index) => parcelOf(first + index)) };
  rated += rateManifest(manifest).rates.length;
}
if (rated !== parcels) throw new Error(`${rated} of ${parcels} parcels were rated`);
