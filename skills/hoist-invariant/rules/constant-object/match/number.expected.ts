import { EOL } from 'node:os';

const PRICE_NUMBER_FORMAT = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' });

export function price(cents: number): string {
  return PRICE_NUMBER_FORMAT.format(cents / 100) + EOL;
}

export function run(round: number): unknown {
  return [price(round), price(-0), price(Number.NaN)];
}
