'use strict';

const DAY_DATE_TIME_FORMAT = new Intl.DateTimeFormat('en-CA', { timeZone: 'UTC' /* not the local one */ });

/** Day of a date. Tools should remove the range check. */
export function day(time: number): string {
  if (!Number.isFinite(time)) return ''; // the range check
  // always in this zone
  const format = DAY_DATE_TIME_FORMAT;
  return format.format(new Date(time));
}

export function run(round: number): unknown {
  return [day(round * 1e8), day(Number.NaN)];
}
