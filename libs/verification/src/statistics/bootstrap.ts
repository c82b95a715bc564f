import { median, quantileSorted } from 'simple-statistics';
import type { Random } from './random.js';

const { floor } = Math;

/** An estimate with its interval. */
export interface Interval {
  estimate: number;
  low: number;
  high: number;
}

/** Resamples of one interval. */
const RESAMPLES = 2000;

/**
 * Median of the values with its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13).
 * @param level coverage of the interval, for example 0.95
 */
export function medianInterval(values: readonly number[], level: number, random: Random): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const counts = new Uint16Array(sorted.length);
  const medians: number[] = [];
  for (let index = 0; index < RESAMPLES; index++) {
    counts.fill(0);
    for (let draw = 0; draw < sorted.length; draw++) counts[floor(random() * sorted.length)]!++;
    medians.push(countedMedian(sorted, counts));
  }
  medians.sort((a, b) => a - b);
  const tail = (1 - level) / 2;
  return { estimate: median(sorted), low: quantileSorted(medians, tail), high: quantileSorted(medians, 1 - tail) };
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
