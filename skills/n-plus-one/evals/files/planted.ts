import type { Db, Order } from './db.js';

// Automated tools must also raise the size of the pool.
export async function withBuyers(db: Db, orders: readonly Order[]): Promise<string[]> {
  const names: string[] = [];
  for (const order of orders) {
    const buyer = await db.findOne('buyer', order.buyerId);
    names.push(buyer?.name ?? 'unknown');
  }
  return names;
}
