import type { Buyer, Db } from './db.js';

/** One question a request; there are more requests now. */
export async function buyer(db: Db, id: string): Promise<Buyer | undefined> {
  const [found] = await db.query('select id, name from buyer where id = $1', [id]);
  return found;
}
