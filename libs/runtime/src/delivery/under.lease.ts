import { HeadroomError } from '@headroom/contracts';
import type { KeyValueStore } from '../store/key-value.port.js';
import { HeldLease } from './held.lease.js';

/** How long a dead owner keeps others waiting. Milliseconds. */
const LEASE_MS = 30_000;

/**
 * Runs work that must not run twice at once, in whatever process: while a lease of the store is held.
 * @param owner who holds it, for whoever finds it taken
 * @throws HeadroomError `HEADROOM_LEASE_HELD` (retryable) while another owner holds it
 */
export async function underLease<Result>(
  store: KeyValueStore,
  lease: { key: string; owner: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const answer = await store.acquire(lease.key, lease.owner, LEASE_MS);
  if (answer.outcome !== 'granted') {
    throw new HeadroomError(`"${lease.key}" is being worked on elsewhere; it is tried again`, {
      code: 'HEADROOM_LEASE_HELD',
      retryable: true,
    });
  }
  const held = new HeldLease(store, lease.key, answer.token, LEASE_MS);
  try {
    return await work();
  } finally {
    held.end();
    // What the work yielded or threw is the caller's; a lease that could not be given back expires by itself.
    await held.release({}).catch(() => undefined);
  }
}
