export type Zone = 'city' | 'near' | 'far' | 'island';

interface Area {
  readonly prefix: string;
  readonly zone: Zone;
}

const AREAS: readonly Area[] = [
  { prefix: '10', zone: 'city' },
  { prefix: '11', zone: 'city' },
  { prefix: '12', zone: 'near' },
  { prefix: '13', zone: 'near' },
  { prefix: '2', zone: 'near' },
  { prefix: '3', zone: 'far' },
  { prefix: '4', zone: 'far' },
  { prefix: '55', zone: 'island' },
  { prefix: '5', zone: 'far' },
  { prefix: '9', zone: 'island' },
];

/** The zone of a postcode: the first area that it begins with. */
export function zoneOf(postcode: string): Zone {
  const plain = postcode.replaceAll(/[^0-9A-Za-z]/g, '').toUpperCase();
  const area = AREAS.find(({ prefix }) => plain.startsWith(prefix));
  if (!area) throw new RangeError(`no zone has the postcode ${postcode}`);
  return area.zone;
}
