import type { Db } from './db.js';

export class Report {
  async rows(db: Db, groups: readonly string[][]): Promise<number> {
    let count = 0;
    for (const group of groups) {
      for (const id of group) {
        if (id !== '') count += (await db.query('select 1 from buyer where id = $1', [id])).length;
      }
    }
    return count;
  }
}
