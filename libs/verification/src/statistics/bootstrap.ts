import type { Random } from './random.js';

/** An estimate with its interval. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/** Resamples of one interval. */
export const RESAMPLES = 4000;

/** Middle value; the mean of the two middle ones for an even count. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * Median of the values with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).
 * @param level coverage of the interval, for example 0.95
 */
export function medianInterval(values: readonly number[], level: number, random: Random): Interval {
  const medians = new Float64Array(RESAMPLES);
  const sample = new Float64Array(values.length);
  for (let index = 0; index < RESAMPLES; index++) {
    for (let draw = 0; draw < sample.length; draw++) sample[draw] = values[Math.floor(random() * values.length)]!;
    sample.sort();
    const middle = sample.length >> 1;
    medians[index] = sample.length % 2 === 1 ? sample[middle]! : (sample[middle - 1]! + sample[middle]!) / 2;
  }
  medians.sort();
  const tail = (1 - level) / 2;
  return { estimate: median(values), low: quantile(medians, tail), high: quantile(medians, 1 - tail) };
}

function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(sorted.length - 1, below + 1)]!;
  return low + (high - low) * (position - below);
}
