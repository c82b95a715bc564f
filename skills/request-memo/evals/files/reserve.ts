import { fetchStock } from './stock.js';

/** Asked again before the order is booked: somebody else may have bought it meanwhile. */
export async function reserve(sku: string): Promise<boolean> {
  if ((await fetchStock(sku)) === 0) return false;
  return (await fetchStock(sku)) > 0;
}
