import type { Promotion } from '../../src/promotions.ts';

const DEFAULTS: Promotion = {
  code: 'TEN',
  label: 'Ten percent',
  kind: 'percent',
  categories: ['kitchen'],
  percent: 10,
  minimumQuantity: 1,
  season: '2025-all',
  funding: { costCentre: 'MK-1000', supplierShare: 0 },
  terms: 'None.',
};

export function promotion(fields: Partial<Promotion> = {}): Promotion {
  return { ...DEFAULTS, ...fields };
}
