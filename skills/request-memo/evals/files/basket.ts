import { loadRates, type Rates } from './rates.js';

export function basketTotal(country: string, cents: readonly number[]): number {
  return cents.reduce((sum, one) => sum + gross(country, one), 0);
}

function gross(country: string, cents: number): number {
  const rates: Rates = loadRates(country);
  return Math.round(cents * (1 + rates.vat));
}
