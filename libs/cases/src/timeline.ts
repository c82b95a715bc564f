import type { CaseEventName, TimelineEntry } from './case.view.js';

const FLOW = {
  'finding.opened': 0,
  'finding.revised': 1,
  'context.gathered': 2,
  'draft.concluded': 3,
  'verification.concluded': 4,
  'proposal.opened': 5,
  'proposal.settled': 6,
  'case.commanded': 7,
} as const satisfies Record<CaseEventName, number>;

/** Negative = a goes first. Text by code units, so that the order is the same everywhere. */
function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function instant(at: string | undefined): number {
  return at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(at);
}

/** Earlier and later instants; equal ones by their text. An absent time goes first. */
export function compareInstants(a: string | undefined, b: string | undefined): number {
  const [first, second] = [instant(a), instant(b)];
  return first === second ? compareText(a ?? '', b ?? '') : first - second;
}

function stepNumber(step: string): number {
  return Number(step.slice(step.lastIndexOf('.') + 1));
}

function compareEntries(a: TimelineEntry, b: TimelineEntry): number {
  return (
    a.attempt - b.attempt ||
    FLOW[a.type] - FLOW[b.type] ||
    stepNumber(a.step) - stepNumber(b.step) ||
    compareInstants(a.at, b.at) ||
    compareText(a.eventId, b.eventId) ||
    compareText(a.digest, b.digest)
  );
}

function earliest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareInstants(a, b) <= 0 ? a : b;
}

function smallest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a <= b ? a : b;
}

// A rerun publishes the same data under the same id with another time and span: the join of both must not depend on which
// came first. Trust wins over distrust, because the same content was checked.
function joined(a: TimelineEntry, b: TimelineEntry): TimelineEntry {
  const at = earliest(a.at, b.at);
  const traceparent = smallest(a.traceparent, b.traceparent);
  const [chosen] = [a, b].sort(
    (x, y) => Number(y.trusted) - Number(x.trusted) || compareText(x.refusal ?? '', y.refusal ?? ''),
  );
  return { ...chosen!, ...(at !== undefined && { at }), ...(traceparent !== undefined && { traceparent }) };
}

function placeOf(line: TimelineEntry, timeline: readonly TimelineEntry[]): number {
  const { command, after } = line.facts.command!;
  const ofAttempt = (entry: TimelineEntry): boolean => entry.attempt >= line.attempt;
  if (command === 'retry') {
    const first = timeline.findIndex(ofAttempt);
    return first < 0 ? timeline.length : first;
  }
  const answered = timeline.findIndex((entry) => entry.eventId === after);
  if (answered >= 0) return answered + 1;
  return timeline.findLastIndex((entry) => entry.attempt <= line.attempt) + 1;
}

// A person answers what has happened: the line of a command stands behind the event after which it was given, the one of a retry
// before the attempt that it begins.
function inOrder(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const sorted = [...entries].sort(compareEntries);
  const timeline = sorted.filter(({ facts }) => !facts.command);
  const commands = sorted.filter(({ facts }) => facts.command);
  for (const line of commands) {
    const sameAnswer = (entry?: TimelineEntry): boolean => entry?.facts.command?.after === line.facts.command?.after;
    let place = placeOf(line, timeline);
    while (timeline[place]?.facts.command && sameAnswer(timeline[place])) place += 1;
    timeline.splice(place, 0, line);
  }
  return timeline;
}

/**
 * The timeline with one more line, in the order of the flow. The same event again changes nothing; the order of calls does
 * not matter.
 */
export function withEntry(timeline: readonly TimelineEntry[], entry: TimelineEntry): TimelineEntry[] {
  const same = (other: TimelineEntry): boolean => other.eventId === entry.eventId && other.digest === entry.digest;
  const known = timeline.find(same);
  const rest = timeline.filter((other) => !same(other));
  return inOrder([...rest, known ? joined(known, entry) : entry]);
}
