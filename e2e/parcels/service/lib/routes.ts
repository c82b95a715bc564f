import type { Zone } from './zones.ts';

type Hub = 'ams' | 'rtm' | 'ein' | 'north' | 'south' | 'east' | 'coast' | 'port' | 'isle' | 'ring' | 'field' | 'yard';

/** Hours by road or water between hubs, both ways. */
const ROADS: readonly (readonly [Hub, Hub, number])[] = [
  ['ams', 'ring', 1],
  ['ams', 'north', 3],
  ['ams', 'rtm', 2],
  ['rtm', 'port', 1],
  ['rtm', 'south', 4],
  ['ein', 'south', 2],
  ['ein', 'east', 3],
  ['ein', 'rtm', 3],
  ['north', 'coast', 2],
  ['south', 'yard', 2],
  ['east', 'field', 4],
  ['coast', 'isle', 6],
  ['port', 'isle', 9],
  ['ring', 'yard', 2],
  ['yard', 'field', 3],
  ['field', 'coast', 5],
];

const DESTINATIONS: Readonly<Record<Zone, readonly Hub[]>> = {
  city: ['ring', 'port'],
  near: ['yard', 'south'],
  far: ['field', 'east', 'coast'],
  island: ['isle'],
};

const HUBS = [...new Set(ROADS.flatMap(([from, to]) => [from, to]))];

const LINKS = ROADS.map(([from, to, hours]) => [HUBS.indexOf(from), HUBS.indexOf(to), hours] as const);

/** Hours from one hub to every other one, by relaxing every road until nothing gets shorter (Bellman–Ford). */
function hoursFrom(start: number): number[] {
  const hours = HUBS.map((_, hub) => (hub === start ? 0 : Number.MAX_SAFE_INTEGER));
  for (let changed = true; changed;) {
    changed = false;
    for (const [one, other, road] of LINKS) {
      const [there, back] = [hours[one] + road, hours[other] + road];
      if (there < hours[other]) {
        hours[other] = there;
        changed = true;
      } else if (back < hours[one]) {
        hours[one] = back;
        changed = true;
      }
    }
  }
  return hours;
}

/** Hours on the way from a depot to the farthest hub that serves a zone. */
export function transitHours(depot: string, zone: Zone): number {
  const start = HUBS.findIndex((hub) => hub === depot.toLowerCase());
  if (start < 0) throw new RangeError(`no road begins at ${depot}`);
  const hours = hoursFrom(start);
  return Math.max(...DESTINATIONS[zone].map((hub) => hours[HUBS.indexOf(hub)]));
}
