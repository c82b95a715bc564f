import { describe, expect, it } from '@jest/globals';
import { attribution, type Growth } from './growth.js';

/** The published example: cost of each path before and after, around the regressed function B. */
const PATHS = [
  ['A>B>C', 0.01, 0.02],
  ['B>E>F', 0.02, 0.03],
  ['D>B>C', 0.02, 0.02],
  ['B>E>D', 0.04, 0.06],
  ['G>B>D', 0, 0.01],
] as const;

const growth: Growth = {
  subject: 'B',
  paths: PATHS.map(([path, before, after]) => {
    const frames = path.split('>');
    return { frames, at: frames.indexOf('B'), before, after };
  }),
  before: 0.09,
  after: 0.14,
  total: 0.05,
  origins: new Map(),
  packages: new Map(),
  lines: { before: new Map(), after: new Map() },
  versions: [],
  profiled: true,
};

describe('the attribution of growth to changed functions', () => {
  it('is L / R of the published example', () => {
    expect(attribution(growth, new Set(['A', 'E']))).toBeCloseTo(0.8, 10);
  });

  it('is nothing for functions that are in no grown path, and all for the subject', () => {
    expect(attribution(growth, new Set(['X']))).toBe(0);
    expect(attribution(growth, new Set(['B']))).toBeCloseTo(1, 10);
  });
});
