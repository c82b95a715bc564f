export interface CartLine {
  sku: string;
  quantity: number;
}

export interface Cart {
  id: string;
  lines: CartLine[];
}

export class CartError extends Error {}

const MAX_CARTS = 5000;
const MAX_LINES = 40;
const MAX_QUANTITY = 99;

/** One line per article: repeated ones are added up. */
export function mergeLines(lines: readonly CartLine[]): CartLine[] {
  const quantities = new Map<string, number>();
  for (const line of lines) {
    if (!Number.isInteger(line.quantity) || line.quantity < 1) {
      throw new CartError(`quantity of ${line.sku} must be at least 1`);
    }
    quantities.set(line.sku, (quantities.get(line.sku) ?? 0) + line.quantity);
  }
  const merged = [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
  if (merged.length > MAX_LINES) throw new CartError(`a cart holds at most ${MAX_LINES} articles`);
  const excessive = merged.find((line) => line.quantity > MAX_QUANTITY);
  if (excessive) throw new CartError(`at most ${MAX_QUANTITY} of ${excessive.sku}`);
  return merged;
}

/** Carts in memory; the oldest one goes when there are too many. */
export class CartStore {
  private readonly carts = new Map<string, Cart>();
  private created = 0;

  create(lines: readonly CartLine[]): Cart {
    const merged = mergeLines(lines);
    this.created += 1;
    const cart = { id: `c${String(this.created).padStart(6, '0')}`, lines: merged };
    this.carts.set(cart.id, cart);
    if (this.carts.size > MAX_CARTS) this.dropOldest();
    return cart;
  }

  find(id: string): Cart | undefined {
    return this.carts.get(id);
  }

  private dropOldest(): void {
    const oldest = this.carts.keys().next();
    if (!oldest.done) this.carts.delete(oldest.value);
  }
}
