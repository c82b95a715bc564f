import { girth, type Parcel } from './parcel.ts';
import type { Zone } from './zones.ts';

/** Something that makes a parcel dearer. */
export interface Surcharge {
  readonly code: string;
  readonly cents: number;
}

interface Rule extends Surcharge {
  applies(parcel: Parcel, zone: Zone): boolean;
}

const RULES: readonly Rule[] = [
  { code: 'BULKY', cents: 450, applies: (parcel) => girth(parcel) > 3000 },
  { code: 'FRAGILE', cents: 180, applies: ({ tags }) => tags.includes('fragile') },
  { code: 'COLD', cents: 320, applies: ({ tags }) => tags.includes('cold') },
  { code: 'FERRY', cents: 275, applies: (_parcel, zone) => zone === 'island' },
  { code: 'HEAVY', cents: 600, applies: ({ grams }) => grams > 25_000 },
];

export function surchargesOf(parcel: Parcel, zone: Zone): Surcharge[] {
  const found: Surcharge[] = [];
  for (const rule of RULES) {
    if (rule.applies(parcel, zone)) found.push({ code: rule.code, cents: rule.cents });
  }
  return found;
}
