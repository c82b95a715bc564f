export interface Delivery {
  method: 'letter' | 'parcel';
  cents: number;
}

const ZONES: Record<string, 'home' | 'near' | 'far'> = {
  NL: 'home',
  BE: 'near',
  DE: 'near',
  FR: 'far',
  ES: 'far',
};

const PARCEL_CENTS = { home: 595, near: 895, far: 1395 };
const LETTER_CENTS = { home: 295, near: 445, far: 595 };
const LETTER_LIMIT_GRAMS = 350;

export function delivers(country: string): boolean {
  return Object.hasOwn(ZONES, country);
}

export function deliveryFor(country: string, weightGrams: number): Delivery {
  const zone = ZONES[country];
  if (!zone) throw new RangeError(`no delivery to ${country}`);
  if (weightGrams <= LETTER_LIMIT_GRAMS) return { method: 'letter', cents: LETTER_CENTS[zone] };
  return { method: 'parcel', cents: PARCEL_CENTS[zone] };
}
