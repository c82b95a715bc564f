import type { Db } from './db.js';

export async function names(db: Db): Promise<string[]> {
  const all: string[] = [];
  for (const { name } of await db.query('select id, name from buyer', [])) all.push(name);
  return all;
}
