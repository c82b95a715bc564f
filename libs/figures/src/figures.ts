const DIGITS = 3;

/** A number with three significant digits, without an exponent for everyday sizes. */
export function significant(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(DIGITS - 1);
  const decimals = Math.max(0, DIGITS - 1 - Math.floor(Math.log10(size)));
  return value.toFixed(decimals).replace('-', '−');
}

/** A unit of time with its length in seconds. */
export interface TimeUnit {
  name: 'ns' | 'µs' | 'ms' | 's';
  seconds: number;
}

/** The unit in which a duration reads best. */
export function timeUnitOf(seconds: number): TimeUnit {
  const size = Math.abs(seconds);
  if (size < 1e-6) return { name: 'ns', seconds: 1e-9 };
  if (size < 1e-3) return { name: 'µs', seconds: 1e-6 };
  if (size < 1) return { name: 'ms', seconds: 1e-3 };
  return { name: 's', seconds: 1 };
}

/** Seconds in the unit that reads best, three significant digits. */
export function duration(seconds: number): string {
  const unit = timeUnitOf(seconds);
  return `${significant(seconds / unit.seconds)} ${unit.name}`;
}

/** A share as a percentage with one decimal; typographic minus. */
export function percentage(share: number): string {
  return `${(share * 100).toFixed(1).replace('-', '−')} %`;
}

/** Above this a percentage says less than a factor. */
const LARGEST_PERCENTAGE = 10;

/** A change as a percentage that always shows its sign; from eleven times as much on as a factor, such as `×95`. */
export function signedPercentage(share: number): string {
  if (share > LARGEST_PERCENTAGE) return `×${significant(1 + share)}`;
  const text = percentage(Math.abs(share));
  if (text === '0.0 %') return text;
  return share < 0 ? `−${text}` : `+${text}`;
}
