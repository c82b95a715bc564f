import { describe, expect, it } from '@jest/globals';
import { profileOf } from '../testing/profile.fixtures.js';
import { attributeCosts } from './attribution.js';
import { candidatesOf } from './candidates.js';

describe('attributed cost', () => {
  it('gives what a shared leaf costs to the lowest first-party frame of each stack', () => {
    const profile = profileOf([
      [['src/app.ts:serve', 'src/a.ts:a', 'node_modules/json/index.js:write', 'node:buffer:slice'], 300],
      [['src/app.ts:serve', 'src/b.ts:b', 'node_modules/json/index.js:write', 'node:buffer:slice'], 100],
      [['src/app.ts:serve', 'src/a.ts:a'], 200],
      [['src/app.ts:serve'], 50],
      [['(garbage collector)'], 350],
    ]);

    expect(attributeCosts(profile)).toEqual({
      functions: [
        { id: 'src/a.ts:a', share: 0.5 },
        { id: 'src/b.ts:b', share: 0.1 },
        { id: 'src/app.ts:serve', share: 0.05 },
      ],
      unattributed: 0.35,
    });
  });

  it('counts a stack once, however often a function stands in it', () => {
    const profile = profileOf([[['src/a.ts:walk', 'src/a.ts:walk', 'src/a.ts:walk', '(regexp)'], 100]]);

    expect(attributeCosts(profile).functions).toEqual([{ id: 'src/a.ts:walk', share: 1 }]);
  });

  it('says nothing of an idle profile', () => {
    expect(attributeCosts(profileOf([]))).toEqual({ functions: [], unattributed: 0 });
  });
});

describe('candidates', () => {
  const costs = [
    { id: 'src/a.ts:main', share: 0.4 },
    { id: 'src/a.ts:b', share: 0.25 },
    { id: 'src/a.ts:c', share: 0.1 },
    { id: 'src/a.ts:<module>', share: 0.05 },
    { id: 'lib/native.so:d', share: 0.05 },
    { id: 'src/a.ts:e', share: 0.001 },
    { id: 'src/a.ts:f', share: 0.0009 },
  ];
  const symbols = (bounds = {}): string[] => candidatesOf(costs, bounds).chosen.map(({ id }) => id.split(':')[1]!);

  it('cost between a thousandth and a quarter of the service, and can be read', () => {
    expect(symbols()).toEqual(['b', 'c', 'e']);
  });

  it('have the bounds that they are given', () => {
    expect(symbols({ maximumShare: 0.5, minimumShare: 0.05 })).toEqual(['main', 'b', 'c']);
    expect(symbols({ functions: 1 })).toEqual(['b']);
  });

  it('come with what was left out, so that a bound that hides the best is seen', () => {
    expect(candidatesOf(costs).leftOut).toEqual({
      unreadable: 2,
      aboveMaximum: ['src/a.ts:main'],
      belowMinimum: 1,
      beyondMost: 0,
    });
  });

  it('are at most thirty, the dearest', () => {
    const many = Array.from({ length: 40 }, (_, index) => ({ id: `src/a.ts:f${index}`, share: 0.02 - index / 1e4 }));

    const { chosen, leftOut } = candidatesOf(many);
    expect(chosen).toEqual(many.slice(0, 30));
    expect(leftOut.beyondMost).toBe(10);
  });
});
