const DIGITS = 3;

/** A number with three significant digits, without an exponent for everyday sizes. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(DIGITS - 1);
  const decimals = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals);
}

/** Seconds in the unit that reads best: ns, µs, ms, s. */
export function duration(seconds: number): string {
  const size = Math.abs(seconds);
  if (size < 1e-6) return `${significant(seconds * 1e9)} ns`;
  if (size < 1e-3) return `${significant(seconds * 1e6)} µs`;
  if (size < 1) return `${significant(seconds * 1e3)} ms`;
  return `${significant(seconds)} s`;
}

/** A share as a percentage, one decimal. */
export function percentage(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A share as a percentage that always shows its sign. */
export function signedPercentage(share: number): string {
  const text = percentage(Math.abs(share));
  return share < 0 ? `−${text}` : `+${text}`;
}
