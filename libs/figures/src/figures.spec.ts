import { describe, expect, it } from '@jest/globals';
import { duration, percentage, signedPercentage, significant } from './figures.js';

describe('figures', () => {
  it.each([
    [0, '0'],
    [1234.5, '1235'],
    [88.123, '88.1'],
    [0.0123456, '0.0123'],
    [-2.5, '−2.50'],
    [2e-6, '2.00e-6'],
    [12_345_678, '1.23e+7'],
  ])('writes %d with three significant digits', (value, expected) => {
    expect(significant(value)).toBe(expected);
  });

  it.each([
    [4.2e-8, '42.0 ns'],
    [412e-6, '412 µs'],
    [0.0123, '12.3 ms'],
    [3.5, '3.50 s'],
  ])('writes %d seconds in the unit that reads best', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });

  it('writes shares as percentages, with a sign where it is a change', () => {
    expect(percentage(0.975)).toBe('97.5 %');
    expect(signedPercentage(-0.2694)).toBe('−26.9 %');
    expect(signedPercentage(0.0123)).toBe('+1.2 %');
    expect(signedPercentage(-0.0001)).toBe('0.0 %');
  });
});
