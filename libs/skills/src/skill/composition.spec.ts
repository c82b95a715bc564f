import { describe, expect, it } from '@jest/globals';
import { composedOf, problemsOfUses } from './composition.js';

const skills = Object.entries({ a: ['b', 'c'], b: ['d'], c: ['d', 'e'], d: [], e: ['c'], f: ['a', 'gone'] }).map(
  ([name, uses]) => ({ name, uses }),
);
const named = (name: string) => skills.find((skill) => skill.name === name)!;

describe('skills that use others', () => {
  it('bring them along once each, depth first, and end where a circle closes', () => {
    expect(composedOf(named('a'), skills).map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c', 'e']);
    expect(composedOf(named('f'), skills).map(({ name }) => name)).toEqual(['f', 'a', 'b', 'd', 'c', 'e']);
    expect(composedOf(named('d'), skills)).toEqual([named('d')]);
  });

  it('have a problem with names that are not there and with circles through themselves', () => {
    expect(problemsOfUses(named('a'), skills)).toEqual([]);
    expect(problemsOfUses(named('f'), skills)).toEqual([expect.stringMatching(/no usable skill "gone"/)]);
    expect(problemsOfUses(named('c'), skills)).toEqual([expect.stringMatching(/goes in a circle: c → e → c$/)]);
  });
});
