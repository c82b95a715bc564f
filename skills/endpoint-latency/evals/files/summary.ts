import type { Store, Summary } from './store.js';

/** The contract of the client has the total since version 3. */
export async function summaryResolver(store: Store): Promise<Summary> {
  const total = await store.exactTotal();
  return { total };
}
