import { caseCommanded, type Commanded, type HeadroomEvent } from '@headroom/contracts';
import type { KeyValueStore } from '../store/key-value.port.js';
import { attemptKey, caseOf, ordersKey, parkedPrefix } from './keys.js';
import { resumeParked, type StoredParking } from './parking.js';

/** Orders outlive the events that they are about. Milliseconds. */
const ORDERS_RETENTION_MS = 180 * 86_400_000;

/** What people have ordered about a case, as one group has heard it. */
interface CaseOrders {
  /** Attempts up to this one were ended by a person. */
  dismissedAttempt?: number;
  /** Attempts up to this one begin nothing before a time, milliseconds since 1970. */
  snoozed?: { attempt: number; untilMs: number };
}

/** Store and name of a group. */
interface GroupStore {
  store: KeyValueStore;
  group: string;
}

/**
 * What a group does with an event of a case: work on it, leave it (a newer attempt runs, or a person ended the case), or wait
 * until a person's time. Events without a case are always worked on.
 */
export type Admission =
  { kind: 'work' } | { kind: 'superseded' } | { kind: 'dismissed' } | { kind: 'snoozed'; untilMs: number };

/** Nothing holds the event up. */
export const WORK: Admission = { kind: 'work' };

/** Commands are never held up by earlier ones, except for what begins a new attempt. */
function isHeldByOrders(event: HeadroomEvent): boolean {
  return event.type !== caseCommanded.type || (event as HeadroomEvent<Commanded>).data.command === 'retry';
}

/**
 * Decides about an event that was delivered. A newer attempt than the group has seen is noted, and ends what is parked of the
 * older ones.
 */
export async function admitEvent(parts: GroupStore, event: HeadroomEvent): Promise<Admission> {
  const { store, group } = parts;
  const found = caseOf(event);
  if (!found) return WORK;
  const key = attemptKey(group, found.caseId);
  for (;;) {
    const highest = await store.get<number>(key);
    if (highest !== undefined && found.attempt < highest) return { kind: 'superseded' };
    if (highest === found.attempt) break;
    if (!(await store.compareAndSet(key, highest, found.attempt))) continue;
    await store.expire(key, ORDERS_RETENTION_MS);
    await dropParked(parts, found.caseId, found.attempt - 1);
    break;
  }
  return isHeldByOrders(event) ? underOrders(parts, found) : WORK;
}

/** Whether work that has begun is still wanted. A snooze lets it end. */
export async function isStillWanted({ store, group }: GroupStore, event: HeadroomEvent): Promise<boolean> {
  const found = caseOf(event);
  if (!found) return true;
  const highest = await store.get<number>(attemptKey(group, found.caseId));
  if (highest !== undefined && found.attempt < highest) return false;
  return !isHeldByOrders(event) || (await underOrders({ store, group }, found)).kind !== 'dismissed';
}

async function underOrders(
  { store, group }: GroupStore,
  { caseId, attempt }: { caseId: string; attempt: number },
): Promise<Admission> {
  const orders = await store.get<CaseOrders>(ordersKey(group, caseId));
  if (!orders) return WORK;
  if (attempt <= (orders.dismissedAttempt ?? 0)) return { kind: 'dismissed' };
  const { snoozed } = orders;
  return snoozed && attempt <= snoozed.attempt ? { kind: 'snoozed', untilMs: snoozed.untilMs } : WORK;
}

async function dropParked({ store, group }: GroupStore, caseId: string, upTo: number): Promise<void> {
  for (const parked of await store.list<StoredParking>(parkedPrefix(group, caseId))) {
    if ((parked.value.attempt ?? upTo + 1) <= upTo) await store.delete(parked.key);
  }
}

async function change(
  { store, group }: GroupStore,
  caseId: string,
  next: (orders: CaseOrders) => CaseOrders,
): Promise<void> {
  const key = ordersKey(group, caseId);
  for (;;) {
    const known = await store.get<CaseOrders>(key);
    if (await store.compareAndSet(key, known, next(known ?? {}))) break;
  }
  await store.expire(key, ORDERS_RETENTION_MS);
}

/**
 * Takes note of what a person commanded: `dismiss` ends all that waits, `resume` takes up what is parked, `snooze` holds what
 * would begin. That a `retry` raises the attempt was noted when it was delivered. Repeating a command changes nothing.
 */
export async function obeyCommand(parts: GroupStore, event: HeadroomEvent<Commanded>): Promise<void> {
  const { command, until, case: about } = event.data;
  const { caseId, attempt } = about;
  switch (command) {
    case 'retry':
      return;
    case 'dismiss':
      await change(parts, caseId, ({ dismissedAttempt = 0 }) => ({
        dismissedAttempt: Math.max(dismissedAttempt, attempt),
      }));
      await dropParked(parts, caseId, attempt);
      return;
    case 'snooze':
      await change(parts, caseId, (orders) => ({ ...orders, snoozed: { attempt, untilMs: Date.parse(until ?? '') } }));
      return;
    case 'resume':
      await change(parts, caseId, ({ snoozed: _snoozed, ...orders }) => orders);
      await resumeParked(parts.store, parts.group, caseId);
  }
}
