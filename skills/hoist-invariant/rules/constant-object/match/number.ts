import { EOL } from 'node:os';

export function price(cents: number): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' }).format(cents / 100) + EOL;
}

export function run(round: number): unknown {
  return [price(round), price(-0), price(Number.NaN)];
}
