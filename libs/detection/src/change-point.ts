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

  let best: Split | null = null;
  let younger: Split | null = null;
  const splitAt = splitter(values, floorSd);
  for (let index = sides.minBefore; index < count; index += 1) {
    const split = splitAt(index);
    if (index <= last) {
      if (best === null || split.t > best.t) best = split;
    } else if (best !== null && split.t > Math.max(best.t, younger?.t ?? 0)) {
      younger = split;
    }
  }
  const p = best === null ? 1 : Math.min(1, studentTUpperTail(best.t, count - 2) * splits);
  return { count, splits, best, p, younger };
}

/**
 * The two levels of a series at a given split.
 *
 * @param index first index of the new level, at least 1 and less than the length
 */
export function splitSeries(values: readonly number[], index: number, floorSd: number): Split {
  return splitter(values, floorSd)(index);
}

function splitter(values: readonly number[], floorSd: number): (index: number) => Split {
  const count = values.length;
  // Sums of deviations from the overall mean: sums of raw squares would cancel for a high level with little noise.
  const centre = values.reduce((sum, value) => sum + value, 0) / count;
  const sums = new Float64Array(count + 1);
  const squares = new Float64Array(count + 1);
  for (const [position, value] of values.entries()) {
    const deviation = value - centre;
    sums[position + 1] = (sums[position] ?? 0) + deviation;
    squares[position + 1] = (squares[position] ?? 0) + deviation * deviation;
  }
  const total = sums[count] ?? 0;
  const totalSquares = squares[count] ?? 0;

  return (index) => {
    const rest = count - index;
    const left = sums[index] ?? 0;
    const right = total - left;
    const errors = Math.max(0, totalSquares - (left * left) / index - (right * right) / rest);
    const sd = Math.max(Math.sqrt(errors / Math.max(1, count - 2)), floorSd);
    const delta = right / rest - left / index;
    const error = sd * Math.sqrt(1 / index + 1 / rest);
    const t = error > 0 ? delta / error : 0;
    return { index, before: centre + left / index, after: centre + right / rest, delta, sd, t };
  };
}
