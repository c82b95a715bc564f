import type { KeyValueStore } from '../store/key-value.port.js';
import { parkedPrefix } from './keys.js';
import type { StoredRecord } from './stored.record.js';

/** A delivery that waits with its reason. */
export interface ParkedDelivery {
  group: string;
  /** The case, or the id of an event without one. */
  caseId: string;
  attempt: number | undefined;
  eventId: string;
  topic: string;
  partition: number;
  /** Stable, for example `needs-model`. */
  reason: string;
  message: string | undefined;
  parkedAtMs: number;
  /** When it goes on by itself; undefined = only by `resume`. */
  resumeAtMs: number | undefined;
  /** How often it was resumed before. */
  resumed: number;
}

/** As it lies in the store. */
export interface StoredParking extends ParkedDelivery {
  record: StoredRecord;
}

/** Deliveries of a group that are parked, oldest first. */
export async function listParked(store: KeyValueStore, group: string, caseId?: string): Promise<ParkedDelivery[]> {
  const entries = await store.list<StoredParking>(parkedPrefix(group, caseId));
  const parked = entries.map(({ value }): ParkedDelivery => {
    const { record: _record, ...delivery } = value;
    return { ...delivery, attempt: value.attempt, message: value.message, resumeAtMs: value.resumeAtMs };
  });
  return parked.sort((a, b) => a.parkedAtMs - b.parkedAtMs);
}

/** Makes the parked deliveries of a case due; the group's runtime takes them up at its next look. Returns how many. */
export async function resumeParked(store: KeyValueStore, group: string, caseId: string): Promise<number> {
  let count = 0;
  for (const { key, value } of await store.list<StoredParking>(parkedPrefix(group, caseId))) {
    if (await store.compareAndSet(key, value, { ...value, resumeAtMs: 0 })) count += 1;
  }
  return count;
}
