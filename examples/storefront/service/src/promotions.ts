import { readFileSync } from 'node:fs';
import type { Cart } from './cart.ts';
import { rootLogger } from './logging.ts';
import { percentOf } from './money.ts';

export interface Promotion {
  code: string;
  label: string;
  kind: 'percent' | 'multibuy';
  categories: string[];
  percent: number;
  minimumQuantity: number;
  season: string;
  funding: { costCentre: string; supplierShare: number };
  terms: string;
}

export interface PricedLine {
  sku: string;
  title: string;
  category: string;
  quantity: number;
  unitCents: number;
  totalCents: number;
}

export interface AppliedPromotion {
  code: string;
  label: string;
  discountCents: number;
}

const log = rootLogger.child('promotions');
const PROMOTIONS = new URL('../data/promotions.json', import.meta.url);

export function loadPromotions(): Promotion[] {
  const all: Promotion[] = JSON.parse(readFileSync(PROMOTIONS, 'utf8'));
  return all.filter(isUsable);
}

/** A promotion that would give goods away is a typing mistake in the data, not an offer. */
export function isUsable(promotion: Promotion): boolean {
  if (promotion.percent > 0 && promotion.percent <= 80) return true;
  log.warn('promotion ignored', { code: promotion.code, percent: promotion.percent });
  return false;
}

function isEligible(line: PricedLine, promotion: Promotion): boolean {
  if (line.quantity < promotion.minimumQuantity) return false;
  return promotion.categories.includes(line.category);
}

function discountOf(line: PricedLine, promotion: Promotion): number {
  if (promotion.kind === 'percent') return percentOf(line.totalCents, promotion.percent);
  const bundles = Math.floor(line.quantity / promotion.minimumQuantity);
  return bundles * percentOf(line.unitCents, promotion.percent);
}

/** The best percentage and the best bundle offer for one line of a cart. */
export function applyPromotions(cart: Cart, line: PricedLine, promotions: readonly Promotion[]): AppliedPromotion[] {
  const best = new Map<Promotion['kind'], AppliedPromotion>();
  for (const promotion of promotions) {
    if (!isEligible(line, promotion)) continue;
    const discountCents = discountOf(line, promotion);
    if (discountCents <= (best.get(promotion.kind)?.discountCents ?? 0)) continue;
    best.set(promotion.kind, { code: promotion.code, label: promotion.label, discountCents });
  }
  const applied = [...best.values()];
  const total = applied.reduce((sum, promotion) => sum + promotion.discountCents, 0);
  if (total > line.totalCents) {
    log.error('discount exceeds the price of the line', { cart: cart.id, sku: line.sku, total });
    return [];
  }
  return applied;
}
