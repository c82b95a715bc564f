import type { Random } from './random.js';

const { floor } = Math;

/** An estimate with its interval. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/** Resamples of one interval. */
export const RESAMPLES = 2000;

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
  const sorted = [...values].sort((a, b) => a - b);
  const counts = new Uint16Array(sorted.length);
  const medians = new Float64Array(RESAMPLES);
  for (let index = 0; index < RESAMPLES; index++) {
    counts.fill(0);
    for (let draw = 0; draw < sorted.length; draw++) counts[floor(random() * sorted.length)]!++;
    medians[index] = countedMedian(sorted, counts);
  }
  medians.sort();
  const tail = (1 - level) / 2;
  return { estimate: median(values), low: quantile(medians, tail), high: quantile(medians, 1 - tail) };
}

/** Median of a resample that is told by how often it holds each of the sorted values: no resample needs sorting. */
function countedMedian(sorted: readonly number[], counts: Uint16Array): number {
  const size = sorted.length;
  const [lower, upper] = [(size - 1) >> 1, size >> 1];
  let seen = 0;
  let low: number | undefined;
  for (let index = 0; index < size; index++) {
    seen += counts[index]!;
    if (low === undefined && seen > lower) low = sorted[index]!;
    if (seen > upper) return (low! + sorted[index]!) / 2;
  }
  return Number.NaN;
}

function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(sorted.length - 1, below + 1)]!;
  return low + (high - low) * (position - below);
}
