import type { Db } from './db.js';

/** Asks for each. */
export async function all(db: Db, ids: string[]): Promise<void> {
  // From the last to the first.
  while (ids.length > 0) {
    await db.findOne('buyer', ids.pop()!); // one by one
  }
}
