import { studentTUpperTail } from './student-t.js';

/** A place where one level of a series may end and another begin. */
export interface Split {
  /** 0-based index of the first value of the new level. */
  index: number;
  /** Mean of the values before `index`, in the unit of the series. */
  before: number;
  /** Mean of the values from `index` on. */
  after: number;
  /** `after − before`. */
  delta: number;
  /** Standard deviation of a single value around its own side's mean, pooled over both sides, never under the floor. */
  sd: number;
  /** Two-sample, equal-variance t statistic of the rise, n − 2 degrees of freedom. */
  t: number;
}

/** What {@link scanForRise} found in one series. */
export interface RiseScan {
  /** Length of the series. */
  count: number;
  /** How many splits with enough values on both sides were tried. */
  splits: number;
  /** The tried split with the largest t; `null` when none has enough values on both sides. */
  best: Split | null;
  /** One-sided p of `best`, times the number of splits tried, at most 1. */
  p: number;
  /**
   * A split nearer to the end, with too few values after it, that fits better than `best`: the rise is younger than it
   * may be to be accepted, and `best` is only its shadow. `null` when there is none.
   */
  younger: Split | null;
}

/** How many values a split needs on each side. */
export interface SideMinimums {
  minBefore: number;
  minAfter: number;
}

/**
 * Searches one series for its most significant rise.
 *
 * The statistic is the two-sample t with pooled variance, the search over splits is paid for by Bonferroni. Splits with
 * too few values after them are looked at too, but only to tell whether a rise is too young (see `younger`).
 *
 * @param values one value per replicate, oldest first; up = worse
 * @param floorSd smallest standard deviation believed, same unit; more than 0 wherever all values may be equal
 */
export function scanForRise(values: readonly number[], floorSd: number, sides: SideMinimums): RiseScan {
  const count = values.length;
  const last = count - sides.minAfter;
  const splits = Math.max(0, last - sides.minBefore + 1);
  if (splits === 0 || count < 3) return { count, splits: 0, best: null, p: 1, younger: null };

  const levels = new Levels(values, floorSd);
  let bestIndex = sides.minBefore;
  let bestT = -Infinity;
  let youngerIndex = 0;
  let youngerT = 0;
  for (let index = sides.minBefore; index < count; index += 1) {
    const t = levels.statisticAt(index);
    if (index <= last) {
      if (t <= bestT) continue;
      bestIndex = index;
      bestT = t;
    } else if (t > Math.max(bestT, youngerT)) {
      youngerIndex = index;
      youngerT = t;
    }
  }
  const best = levels.splitAt(bestIndex);
  const younger = youngerIndex > 0 ? levels.splitAt(youngerIndex) : null;
  const p = Math.min(1, studentTUpperTail(best.t, count - 2) * splits);
  return { count, splits, best, p, younger };
}

/**
 * The two levels of a series at a given split.
 *
 * @param index first index of the new level, at least 1 and less than the length
 */
export function splitSeries(values: readonly number[], index: number, floorSd: number): Split {
  return new Levels(values, floorSd).splitAt(index);
}

/** Running sums of a series, from which the two levels of any split follow at once. */
class Levels {
  readonly #count: number;
  readonly #floorSd: number;
  /** Of deviations from the overall mean: sums of raw squares would cancel for a high level with little noise. */
  readonly #sums: Float64Array;
  /** Of the values: a function that was absent has a mean of exactly 0, not one of a rounding error. */
  readonly #plain: Float64Array;
  #squares = 0;

  constructor(values: readonly number[], floorSd: number) {
    const count = values.length;
    this.#count = count;
    this.#floorSd = floorSd;
    this.#sums = new Float64Array(count + 1);
    this.#plain = new Float64Array(count + 1);
    let total = 0;
    for (const value of values) total += value;
    const centre = total / count;
    let position = 0;
    let sum = 0;
    let plain = 0;
    for (const value of values) {
      const deviation = value - centre;
      sum += deviation;
      plain += value;
      this.#squares += deviation * deviation;
      position += 1;
      this.#sums[position] = sum;
      this.#plain[position] = plain;
    }
  }

  #deltaAt(index: number): number {
    const left = this.#sums[index] ?? 0;
    const right = (this.#sums[this.#count] ?? 0) - left;
    return right / (this.#count - index) - left / index;
  }

  #sdAt(index: number): number {
    const left = this.#sums[index] ?? 0;
    const right = (this.#sums[this.#count] ?? 0) - left;
    const errors = this.#squares - (left * left) / index - (right * right) / (this.#count - index);
    return Math.max(Math.sqrt(Math.max(0, errors) / Math.max(1, this.#count - 2)), this.#floorSd);
  }

  statisticAt(index: number): number {
    const error = this.#sdAt(index) * Math.sqrt(1 / index + 1 / (this.#count - index));
    return error > 0 ? this.#deltaAt(index) / error : 0;
  }

  splitAt(index: number): Split {
    const before = (this.#plain[index] ?? 0) / index;
    const delta = this.#deltaAt(index);
    return { index, before, after: before + delta, delta, sd: this.#sdAt(index), t: this.statisticAt(index) };
  }
}
