import type { Page, Store } from './store.js';

export async function listController(store: Store, limit?: number): Promise<Page> {
  return store.page(limit ?? 100_000);
}
