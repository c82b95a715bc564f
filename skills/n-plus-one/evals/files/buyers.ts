import type { Buyer, Db } from './db.js';

export function buyersOf(db: Db, ids: readonly string[]): Promise<(Buyer | undefined)[]> {
  return Promise.all(ids.map(async (id) => (await db.query('select id, name from buyer where id = $1', [id]))[0]));
}
