import type { Cart } from './cart.ts';
import type { Catalogue } from './catalogue.ts';
import { rootLogger } from './logging.ts';
import { formatCents } from './money.ts';
import { applyPromotions, type AppliedPromotion, type PricedLine, type Promotion } from './promotions.ts';
import { deliveryFor, type Delivery } from './shipping.ts';
import { taxWithin } from './tax.ts';

export interface QuotedLine extends PricedLine {
  promotions: AppliedPromotion[];
  payableCents: number;
}

export interface Quote {
  cart: string;
  country: string;
  lines: QuotedLine[];
  goodsCents: number;
  discountCents: number;
  delivery: Delivery;
  taxCents: number;
  totalCents: number;
  total: string;
}

export interface PricingContext {
  catalogue: Catalogue;
  promotions: readonly Promotion[];
  freeDeliveryCents: number;
}

const log = rootLogger.child('pricing');

export function quoteCart(cart: Cart, country: string, context: PricingContext): Quote {
  const lines: QuotedLine[] = [];
  let goodsCents = 0;
  let discountCents = 0;
  let weightGrams = 0;

  for (const { sku, quantity } of cart.lines) {
    const product = context.catalogue.find(sku);
    if (!product) {
      log.warn('article left the catalogue', { cart: cart.id, sku });
      continue;
    }
    const line: PricedLine = {
      sku,
      title: product.title,
      category: product.category,
      quantity,
      unitCents: product.priceCents,
      totalCents: product.priceCents * quantity,
    };
    const promotions = applyPromotions(cart, line, context.promotions);
    const discount = promotions.reduce((sum, promotion) => sum + promotion.discountCents, 0);
    lines.push({ ...line, promotions, payableCents: line.totalCents - discount });
    goodsCents += line.totalCents;
    discountCents += discount;
    weightGrams += product.weightGrams * quantity;
  }

  const delivery = deliveryFor(country, weightGrams);
  if (goodsCents - discountCents >= context.freeDeliveryCents) delivery.cents = 0;
  const totalCents = goodsCents - discountCents + delivery.cents;
  return {
    cart: cart.id,
    country,
    lines,
    goodsCents,
    discountCents,
    delivery,
    taxCents: taxWithin(country, totalCents),
    totalCents,
    total: formatCents(totalCents),
  };
}
