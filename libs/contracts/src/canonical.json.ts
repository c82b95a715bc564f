import { HeadroomError } from './errors.js';

/**
 * JSON in one form only (RFC 8785): keys in the order of their UTF-16 code units, no white space, numbers as ECMAScript writes
 * them. Undefined fields are left out.
 * @throws HeadroomError `HEADROOM_JSON_NOT_CANONICAL` for what JSON cannot hold: NaN, infinities, functions
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    // Not by locale: code units, as the RFC asks.
    entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  throw new HeadroomError(
    `A value of type ${typeof value}${typeof value === 'number' ? ' that is not finite' : ''} has no JSON form.`,
    {
      code: 'HEADROOM_JSON_NOT_CANONICAL',
    },
  );
}
