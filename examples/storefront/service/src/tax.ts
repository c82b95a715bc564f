import { roundCents } from './money.ts';

const RATES: Record<string, number> = { NL: 21, BE: 21, DE: 19, FR: 20, ES: 21 };

/** Prices include tax; this is the part of a total that is tax. */
export function taxWithin(country: string, totalCents: number): number {
  const rate = RATES[country] ?? 21;
  return roundCents((totalCents * rate) / (100 + rate));
}
