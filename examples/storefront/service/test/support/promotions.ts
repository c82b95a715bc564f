import type { Promotion } from '../../src/promotions.ts';

const DEFAULTS: Promotion = {
  code: 'TEN',
  label: 'Ten percent',
  kind: 'percent',
  categories: ['kitchen'],
  percent: 10,
  minimumQuantity: 1,
  season: '2025-all',
  channels: ['web'],
  countries: ['NL'],
  limits: { perCart: 2, perCustomer: 6, budgetCents: 100_000 },
  funding: { costCentre: 'MK-1000', supplierShare: 0, currency: 'EUR', settledMonthly: false },
  terms: 'None.',
};

export function promotion(fields: Partial<Promotion> = {}): Promotion {
  return { ...DEFAULTS, ...fields };
}
