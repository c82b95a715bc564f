import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { benjaminiHochberg, regularisedIncompleteBeta, studentTUpperTail } from './student-t.js';

describe('studentTUpperTail', () => {
  // Critical values of NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
  it.each([
    [1, 3.078, 0.1],
    [1, 63.657, 0.005],
    [2, 4.303, 0.025],
    [4, 2.132, 0.05],
    [5, 4.032, 0.005],
    [10, 1.372, 0.1],
    [10, 2.764, 0.01],
    [10, 4.144, 0.001],
    [14, 2.145, 0.025],
    [30, 2.457, 0.01],
    [60, 1.671, 0.05],
    [100, 3.174, 0.001],
  ])('with %d degrees of freedom gives the tail of t = %d that published tables give', (df, t, tail) => {
    expect(studentTUpperTail(t, df) / tail).toBeCloseTo(1, 2);
  });

  it('keeps its precision in tails far out, where one minus the distribution function would be zero', () => {
    // With 1 and 2 degrees of freedom the tail has a closed form.
    expect(studentTUpperTail(1e6, 1) / (Math.atan(1e-6) / Math.PI)).toBeCloseTo(1, 9);
    const t = 1e5;
    const root = Math.sqrt(2 + t * t);
    expect(studentTUpperTail(t, 2) / (1 / (root * (root + t)))).toBeCloseTo(1, 9);
    expect(studentTUpperTail(60, 30)).toBeGreaterThan(0);
  });

  it('mirrors at zero and falls as t rises', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 30, noNaN: true }), fc.integer({ min: 1, max: 200 }), (t, df) => {
        expect(studentTUpperTail(t, df) + studentTUpperTail(-t, df)).toBeCloseTo(1, 12);
        expect(studentTUpperTail(t + 0.5, df)).toBeLessThan(studentTUpperTail(t, df));
      }),
    );
  });
});

describe('regularisedIncompleteBeta', () => {
  it('agrees with its closed forms', () => {
    expect(regularisedIncompleteBeta(0.3, 1, 1)).toBeCloseTo(0.3, 12);
    expect(regularisedIncompleteBeta(0.25, 1, 5)).toBeCloseTo(1 - 0.75 ** 5, 12);
    expect(regularisedIncompleteBeta(0.5, 7, 7)).toBeCloseTo(0.5, 12);
    expect(regularisedIncompleteBeta(-1, 2, 3)).toBe(0);
    expect(regularisedIncompleteBeta(2, 2, 3)).toBe(1);
  });
});

describe('benjaminiHochberg', () => {
  it('gives the adjusted values of the step-up procedure, in the given order', () => {
    const q = benjaminiHochberg([0.04, 0.001, 0.03, 0.5]);

    expect(q.map((value) => Number(value.toFixed(6)))).toEqual([0.053333, 0.004, 0.053333, 0.5]);
  });

  it('pays for tests that are known to be without effect', () => {
    expect(benjaminiHochberg([0.001], 40)[0]).toBeCloseTo(0.04, 12);
  });

  it('never gives a smaller value to a larger p', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (ps) => {
        const pairs = benjaminiHochberg(ps).map((q, index) => [ps[index] ?? 0, q] as const);
        pairs.sort((left, right) => left[0] - right[0] || left[1] - right[1]);
        for (const [index, [p, q]] of pairs.entries()) {
          expect(q).toBeGreaterThanOrEqual(p);
          expect(q).toBeLessThanOrEqual(1);
          expect(q).toBeGreaterThanOrEqual(pairs[index - 1]?.[1] ?? 0);
        }
      }),
    );
  });
});
