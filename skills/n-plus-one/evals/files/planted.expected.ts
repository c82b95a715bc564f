import type { Db, Order } from './db.js';

// Automated tools must also raise the size of the pool.
export async function withBuyers(db: Db, orders: readonly Order[]): Promise<string[]> {
  if (orders.length === 0) return [];
  const buyers = await db.findByIds('buyer', [...new Set(orders.map(({ buyerId }) => buyerId))]);
  const byId = new Map(buyers.map((buyer) => [buyer.id, buyer]));
  return orders.map(({ buyerId }) => byId.get(buyerId)?.name ?? 'unknown');
}
