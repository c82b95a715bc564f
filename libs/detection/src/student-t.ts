import { gammaln } from 'simple-statistics';

/** Smallest magnitude that Lentz's method may divide by. */
const TINY = 1e-300;

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Continued fraction of the incomplete beta function, DLMF 8.17.22, by the modified Lentz method. */
function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 300; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return fraction;
}

/**
 * The regularised incomplete beta function I_x(a, b).
 *
 * @param x between 0 and 1, values outside are clamped
 * @param a greater than 0
 * @param b greater than 0
 * @returns a probability; relative error about 1e-13
 * @see NIST Digital Library of Mathematical Functions, 8.17(v)
 */
export function regularisedIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(gammaln(a + b) - gammaln(a) - gammaln(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast only on this side of the mean; the other side is its mirror.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a;
  return 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

/**
 * P(T > t) for Student's t distribution.
 *
 * @param t the statistic
 * @param degreesOfFreedom greater than 0
 * @returns the one-sided upper tail; tails down to 1e-300 keep their relative precision
 * @see Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1
 */
export function studentTUpperTail(t: number, degreesOfFreedom: number): number {
  if (t === Infinity) return 0;
  const tail = regularisedIncompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/**
 * Benjamini–Hochberg adjusted p-values.
 *
 * @param pValues one per test, in any order
 * @param tests how many tests were made in all; more than `pValues.length` when some are known to be at p = 1
 * @returns q-values in the order of `pValues`, each between 0 and 1; reject where q ≤ the wanted false discovery rate
 * @see Benjamini and Hochberg, "Controlling the false discovery rate", J. R. Stat. Soc. B 57 (1995)
 */
export function benjaminiHochberg(pValues: readonly number[], tests: number = pValues.length): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((left, right) => right.p - left.p);
  const adjusted = pValues.map(() => 1);
  let smallest = 1;
  for (const [position, { p, index }] of order.entries()) {
    const rank = pValues.length - position;
    smallest = Math.min(smallest, p * (Math.max(tests, pValues.length) / rank));
    adjusted[index] = smallest;
  }
  return adjusted;
}
