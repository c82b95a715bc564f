import type { Buyer, Order, Store } from './store.js';

export async function ordersResolver(buyer: Buyer, store: Store): Promise<{ order: Order; rating: number }[]> {
  const orders = await store.ordersOf(buyer.id);
  return Promise.all(orders.map(async (order) => ({ order, rating: await store.ratingOf(order.articleId) })));
}
