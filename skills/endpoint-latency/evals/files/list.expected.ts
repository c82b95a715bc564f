import type { Page, Store } from './store.js';

export async function listController(store: Store, limit?: number): Promise<Page> {
  return store.page(Math.min(limit ?? 100, 1000));
}
