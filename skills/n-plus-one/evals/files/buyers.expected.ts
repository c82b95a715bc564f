import type { Buyer, Db } from './db.js';

export async function buyersOf(db: Db, ids: readonly string[]): Promise<(Buyer | undefined)[]> {
  if (ids.length === 0) return [];
  const found = await db.query('select id, name from buyer where id = any($1)', [[...new Set(ids)]]);
  const byId = new Map(found.map((buyer) => [buyer.id, buyer]));
  return ids.map((id) => byId.get(id));
}
