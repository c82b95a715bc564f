import { sha256, type HeadroomEvent } from '@headroom/contracts';

/** Lease of an event in a group. An id is unique together with its source; both may hold any character. */
export function inboxKey(group: string, event: Pick<HeadroomEvent, 'id' | 'source'>, resumed = 0): string {
  const base = `inbox:${group}:${event.id}:${sha256(event.source).slice(0, 12)}`;
  return resumed > 0 ? `${base}#${resumed}` : base;
}

/** Lease of a record that is no event. */
export function recordKey(group: string, record: { topic: string; partition: number; offset: bigint }): string {
  return `inbox:${group}:@${record.topic}/${record.partition}/${record.offset}`;
}

/** The case of an event, as far as it has one. */
export interface CaseOf {
  caseId: string;
  attempt: number;
}

/** Case id and attempt of an event; undefined for an event that is about no case. */
export function caseOf(event: HeadroomEvent): CaseOf | undefined {
  const header = (event.data as { case?: { caseId?: unknown; attempt?: unknown } } | null)?.case;
  if (typeof header?.caseId !== 'string' || typeof header.attempt !== 'number') return undefined;
  return { caseId: header.caseId, attempt: header.attempt };
}

/** Highest attempt that a group has seen of a case. */
export function attemptKey(group: string, caseId: string): string {
  return `attempt:${group}:${caseId}`;
}

/** What people have ordered about a case, as a group has heard it. */
export function ordersKey(group: string, caseId: string): string {
  return `orders:${group}:${caseId}`;
}

/** A step of a group's work on one input event. */
export function journalKey(group: string, event: HeadroomEvent, step: string): string {
  const { caseId, attempt } = caseOf(event) ?? { caseId: '-', attempt: 0 };
  return `journal:${group}:${caseId}:${attempt}:${event.id}:${step}`;
}

/** Prefix of a group's parked deliveries. */
export function parkedPrefix(group: string, caseId?: string): string {
  return caseId === undefined ? `parked:${group}:` : `parked:${group}:${caseId}:`;
}

/** A parked delivery; events without a case are filed under their own id. */
export function parkedKey(group: string, event: HeadroomEvent): string {
  const caseId = caseOf(event)?.caseId ?? event.id;
  return `${parkedPrefix(group, caseId)}${event.id}:${sha256(event.source).slice(0, 12)}`;
}

/** State of a stream subscription. The partition comes last, so that a prefix finds a key in every partition. */
export function stateKey(group: string, partition: number, key: string): string {
  return `stream:${group}:state:${key}@${partition}`;
}

/** Next input offset of a stream subscription. */
export function offsetKey(group: string, tp: { topic: string; partition: number }): string {
  return `stream:${group}:offset:${tp.topic}/${tp.partition}`;
}

/** Records of a stream lane that are committed but not yet published. */
export function outboxKey(group: string, partition: number): string {
  return `stream:${group}:outbox:${partition}`;
}

/** Who may write the snapshots of a partition: epoch and owner. */
export function claimKey(group: string, partition: number): string {
  return `stream:${group}:claim:${partition}`;
}

/** Where the snapshots of a partition are. */
export function pointerKey(group: string, partition: number): string {
  return `stream:${group}:snapshot:${partition}`;
}
