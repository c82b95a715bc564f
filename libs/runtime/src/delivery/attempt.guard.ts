import type { HeadroomEvent } from '@headroom/contracts';
import type { KeyValueStore } from '../store/key-value.port.js';
import { attemptKey, caseOf, parkedPrefix } from './keys.js';
import type { StoredParking } from './parking.js';

/**
 * Whether an event belongs to the newest attempt of its case that this group has seen. A newer attempt ends what is
 * parked of the older ones. Events without a case always pass.
 */
export async function admitAttempt(
  parts: { store: KeyValueStore; group: string },
  event: HeadroomEvent,
): Promise<boolean> {
  const { store, group } = parts;
  const found = caseOf(event);
  if (!found) return true;
  const key = attemptKey(group, found.caseId);
  for (;;) {
    const highest = await store.get<number>(key);
    if (highest !== undefined && found.attempt < highest) return false;
    if (highest === found.attempt) return true;
    if (!(await store.compareAndSet(key, highest, found.attempt))) continue;
    for (const parked of await store.list<StoredParking>(parkedPrefix(group, found.caseId))) {
      if ((parked.value.attempt ?? found.attempt) < found.attempt) await store.delete(parked.key);
    }
    return true;
  }
}
