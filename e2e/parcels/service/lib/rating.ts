import { labelOf } from './labels.ts';
import { chargeableGrams, type Manifest, type Parcel } from './parcel.ts';
import { transitHours } from './routes.ts';
import { Scribe } from './scribe.ts';
import { surchargesOf, type Surcharge } from './surcharges.ts';
import { standard, type Tariff } from './tariff.ts';
import { zoneOf, type Zone } from './zones.ts';

const scribe = new Scribe('rating');

export interface Rate {
  readonly id: string;
  readonly zone: Zone;
  readonly label: string;
  readonly surcharges: readonly Surcharge[];
  readonly hours: number;
  readonly cents: number;
}

export interface RatedManifest {
  readonly depot: string;
  readonly cents: number;
  readonly rates: readonly Rate[];
  readonly rejected: readonly string[];
}

export function rateParcel(depot: string, parcel: Parcel, tariff: Tariff): Rate {
  const zone = zoneOf(parcel.postcode);
  const grams = chargeableGrams(parcel);
  const surcharges = surchargesOf(parcel, zone);
  const extra = surcharges.reduce((sum, { cents }) => sum + cents, 0);
  const cents = tariff.priceOf(zone, grams) + extra;
  const hours = transitHours(depot, zone);
  return { id: parcel.id, zone, label: labelOf(depot, parcel, zone), surcharges, hours, cents };
}

/** Rates every parcel; one that cannot be rated is told, and the others go on. */
export function rateManifest(manifest: Manifest, tariff: Tariff = standard): RatedManifest {
  const rates: Rate[] = [];
  const rejected: string[] = [];
  for (const parcel of manifest.parcels) {
    try {
      rates.push(rateParcel(manifest.depot, parcel, tariff));
    } catch (error) {
      scribe.warn('a parcel cannot be rated', { parcel: parcel.id, why: (error as Error).message });
      rejected.push(parcel.id);
    }
  }
  return { depot: manifest.depot, cents: rates.reduce((sum, { cents }) => sum + cents, 0), rates, rejected };
}
