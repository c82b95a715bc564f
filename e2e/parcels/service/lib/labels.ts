import type { Parcel } from './parcel.ts';
import type { Zone } from './zones.ts';

/** Check digit of a label: weighted sum of its characters, modulo 36. */
function checkDigit(text: string): string {
  let sum = 0;
  for (let index = 0; index < text.length; index += 1) sum = (sum * 31 + text.charCodeAt(index)) % 999_983;
  return (sum % 36).toString(36).toUpperCase();
}

/** Text of the label that a belt reads: depot, zone, parcel and a check digit. */
export function labelOf(depot: string, parcel: Parcel, zone: Zone): string {
  const text = [depot, zone.slice(0, 1), parcel.id.padStart(10, '0'), parcel.postcode].join('-').toUpperCase();
  return `${text}-${checkDigit(text)}`;
}
