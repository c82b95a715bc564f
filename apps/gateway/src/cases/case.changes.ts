import { HeadroomError } from '@headroom/contracts';
import { PROJECTOR_GROUP } from '@headroom/indexes';
import { listStreamState, type KeyValueStore } from '@headroom/runtime';

/** Where the projector keeps, in the state of each partition, which cases changed last. */
export const CHANGES_KEY = 'changes';

/** Most cases of one partition whose last change is remembered. */
const REMEMBERED = 256;

/**
 * Which cases of a partition changed last. Written together with the views, by the only writer of the partition: so a reader
 * that has seen `last` has seen every view up to it, in whatever process it reads.
 */
export interface CaseChanges {
  /** Number of the last change; grows with time, also over a rebuild of the state. */
  last: number;
  /** Changes up to this number may be forgotten. */
  forgotten: number;
  /** Number of the last change by case id. */
  cases: Record<string, number>;
}

/** The changes with some more, all under one new number. */
export function withChanges(known: CaseChanges | undefined, caseIds: Iterable<string>, nowMs: number): CaseChanges {
  const last = Math.max((known?.last ?? 0) + 1, nowMs);
  const cases: Record<string, number> = { ...known?.cases };
  for (const caseId of caseIds) cases[caseId] = last;
  const newestFirst = Object.entries(cases).sort(([, left], [, right]) => right - left);
  const dropped = newestFirst.slice(REMEMBERED).map(([, number]) => number);
  return {
    last,
    forgotten: Math.max(known?.forgotten ?? 0, ...dropped),
    cases: Object.fromEntries(newestFirst.slice(0, REMEMBERED)),
  };
}

/** The last change that a reader has seen, by partition. */
export type Position = ReadonlyMap<number, number>;

/** A position as text that goes into URLs and headers. */
export function positionText(position: Position): string {
  if (position.size === 0) return '-';
  const parts = [...position].sort(([left], [right]) => left - right);
  return parts.map(([partition, number]) => `${partition}.${number.toString(36)}`).join('_');
}

/**
 * The inverse of {@link positionText}.
 * @throws HeadroomError `HEADROOM_CURSOR_INVALID`
 */
export function parsePosition(text: string): Position {
  if (text === '-') return new Map();
  const parts = text.split('_').map((part) => /^(\d{1,6})\.([0-9a-z]{1,10})$/.exec(part));
  if (parts.some((part) => part === null)) {
    throw new HeadroomError(
      `"${text.slice(0, 80)}" is no position of a stream; take "position" of GET /v1/cases, or leave it out.`,
      { code: 'HEADROOM_CURSOR_INVALID' },
    );
  }
  return new Map(parts.map((part) => [Number(part?.[1]), Number.parseInt(part?.[2] ?? '0', 36)]));
}

/** The changes of every partition. */
export type AllChanges = ReadonlyMap<number, CaseChanges>;

/** Reads the changes of every partition. */
export async function readChanges(store: KeyValueStore): Promise<AllChanges> {
  const entries = await listStreamState<CaseChanges>(store, PROJECTOR_GROUP, CHANGES_KEY);
  return new Map(entries.map(({ partition, value }) => [partition, value]));
}

/** The position that has seen all of these changes. */
export function positionOf(changes: AllChanges): Position {
  return new Map([...changes].map(([partition, { last }]) => [partition, last]));
}

/** What changed after a position. */
export interface ChangedSince {
  caseIds: Set<string>;
  /** Partitions of which more changed than is remembered: any case of theirs may have. */
  partitions: Set<number>;
}

/** Compares the changes with a position. */
export function changedSince(changes: AllChanges, position: Position): ChangedSince {
  const changed: ChangedSince = { caseIds: new Set(), partitions: new Set() };
  for (const [partition, { last, forgotten, cases }] of changes) {
    const seen = position.get(partition) ?? 0;
    if (seen === last) continue;
    if (seen < forgotten || seen > last) changed.partitions.add(partition);
    for (const [caseId, number] of Object.entries(cases)) if (number > seen) changed.caseIds.add(caseId);
  }
  return changed;
}
