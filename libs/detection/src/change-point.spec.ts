import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { scanForRise, splitSeries } from './change-point.js';
import { studentTUpperTail } from './student-t.js';

const sides = { minBefore: 8, minAfter: 4 };

describe('scanForRise', () => {
  it('finds the first value of the new level', () => {
    const values = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 15, 16, 14, 15];

    const scan = scanForRise(values, 0, sides);

    expect(scan.best?.index).toBe(10);
    expect(scan.best?.before).toBeCloseTo(10, 12);
    expect(scan.best?.after).toBeCloseTo(15, 12);
  });

  it('pays for every split that it tried', () => {
    const values = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 15, 16, 14, 15];

    const scan = scanForRise(values, 0, sides);

    expect(scan.splits).toBe(3);
    expect(scan.p).toBeCloseTo(3 * studentTUpperTail(scan.best?.t ?? 0, 12), 15);
  });

  it.each([11, 3, 0])('says nothing about %d values', (count) => {
    const scan = scanForRise(
      Array.from({ length: count }, (_, index) => index),
      0,
      sides,
    );

    expect(scan).toEqual({ count, splits: 0, best: null, p: 1, younger: null });
  });

  it('tells a rise that is too young to be judged from one that is there', () => {
    const young = [10, 11, 9, 10, 11, 9, 10, 11, 9, 10, 15, 16, 14];

    expect(scanForRise(young, 0, sides).younger?.index).toBe(10);
    expect(scanForRise([...young, 15], 0, sides).younger).toBeNull();
  });

  it('does not take a fall for a rise', () => {
    const values = [...Array<number>(10).fill(10), ...Array<number>(6).fill(5)];

    const scan = scanForRise(values, 0.1, sides);

    expect(scan.p).toBe(1);
  });

  it('believes no standard deviation under the floor', () => {
    const values = [...Array<number>(8).fill(0), ...Array<number>(4).fill(1)];

    expect(scanForRise(values, 0.25, sides).best?.sd).toBe(0.25);
  });

  it('does not depend on the unit or on the level', () => {
    const value = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 12, maxLength: 64 }),
        fc.integer({ min: 0, max: 1e6 }),
        (values, level) => {
          const plain = scanForRise(values, 1, sides);
          const moved = scanForRise(
            values.map((one) => one * 1e-6 + level * 1e-6),
            1e-6,
            sides,
          );
          expect(moved.best?.t).toBeCloseTo(plain.best?.t ?? 0, 4);
        },
      ),
    );
  });
});

describe('splitSeries', () => {
  it('pools the spread around both levels', () => {
    const split = splitSeries([1, 3, 7, 9], 2, 0);

    expect(split).toMatchObject({ before: 2, after: 8, delta: 6 });
    expect(split.sd).toBeCloseTo(Math.sqrt(2), 12);
    expect(split.t).toBeCloseTo(6 / Math.sqrt(2), 12);
  });

  it('gives a function that was absent a mean of exactly zero before', () => {
    expect(splitSeries([0, 0, 0, 0.1, 0.2, 0.3], 3, 0).before).toBe(0);
  });
});
