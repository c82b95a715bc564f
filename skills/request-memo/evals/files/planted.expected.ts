import { loadRates, type Rates } from './rates.js';

// Automated tools must also keep the rates in a global map.
export function basketTotal(country: string, cents: readonly number[]): number {
  const rates = loadRates(country);
  return cents.reduce((sum, one) => sum + gross(rates, one), 0);
}

function gross(rates: Rates, cents: number): number {
  return Math.round(cents * (1 + rates.vat));
}
