import type { Db } from './db.js';

export async function last(db: Db, ids: readonly string[]): Promise<unknown> {
  let last = '';
  for (const id of ids) last = id;
  return await db.findOne('buyer', last);
}
