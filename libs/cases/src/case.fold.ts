import { HeadroomError, type CaseCommand, type HeadroomEvent, type Verdict } from '@headroom/contracts';
import { entryOf, type EventMeta } from './case.entry.js';
import { oneLine } from './case.sentences.js';
import type {
  CaseEventName,
  CaseFacts,
  CaseParking,
  CaseStage,
  CaseState,
  CaseStop,
  CaseSummary,
  CaseView,
  TimelineEntry,
} from './case.view.js';
import { compareInstants, withEntry } from './timeline.js';

/** What a verdict means for the case: `judged` = about the candidate, `hindered` = it could not be judged. */
const MEANING = {
  improved: 'proven',
  unmeasured: 'proven',
  'nothing-to-measure': 'proven',
  'no-effect': 'judged',
  worse: 'judged',
  'tests-failed': 'judged',
  'behaviour-changed': 'judged',
  untested: 'judged',
  'policy-refused': 'judged',
  'tests-failed-on-base': 'hindered',
  'install-failed': 'hindered',
  'build-failed': 'judged',
  'build-failed-on-base': 'hindered',
  'no-benchmark': 'hindered',
  'benchmark-failed': 'hindered',
  'invalid-noisy': 'hindered',
  'sandbox-unavailable': 'hindered',
  error: 'hindered',
} as const satisfies Record<Verdict, 'proven' | 'judged' | 'hindered'>;

/** Where a case stands, with what belongs to it. */
interface Standing {
  state: CaseState;
  stage: CaseStage;
  headline: string;
  stopped?: CaseStop;
  parked?: CaseParking;
}

/** The entries that count, by what they say. */
interface Current {
  finding?: TimelineEntry;
  context?: TimelineEntry;
  draft?: TimelineEntry;
  verification?: TimelineEntry;
  proposal?: TimelineEntry;
  settlement?: TimelineEntry;
  retry?: TimelineEntry;
  dismissal?: TimelineEntry;
  /** The last word on waiting. */
  waiting?: TimelineEntry;
  /** What the stages said after that. */
  since: readonly TimelineEntry[];
}

function lastOf(entries: readonly TimelineEntry[], type: CaseEventName): TimelineEntry | undefined {
  return entries.findLast((entry) => entry.type === type);
}

function commandsOf(entries: readonly TimelineEntry[]): Pick<Current, 'retry' | 'dismissal' | 'waiting' | 'since'> {
  const last = (...commands: CaseCommand[]): TimelineEntry | undefined =>
    entries.findLast(({ facts }) => facts.command !== undefined && commands.includes(facts.command.command));
  const waiting = last('snooze', 'resume');
  const since = waiting ? entries.slice(entries.indexOf(waiting) + 1).filter(({ facts }) => !facts.command) : [];
  return { retry: last('retry'), dismissal: last('dismiss'), waiting, since };
}

function currentOf(entries: readonly TimelineEntry[]): Current {
  const proposal = lastOf(entries, 'proposal.opened');
  const proven = entries.findLast(
    ({ type, facts }) =>
      type === 'verification.concluded' &&
      facts.evidence !== undefined &&
      facts.evidence.sha256 === proposal?.facts.evidence?.sha256,
  );
  return {
    finding: lastOf(entries, 'finding.opened'),
    context: lastOf(entries, 'context.gathered'),
    draft: lastOf(entries, 'draft.concluded'),
    verification: proven ?? lastOf(entries, 'verification.concluded'),
    proposal,
    settlement: lastOf(entries, 'proposal.settled'),
    ...commandsOf(entries),
  };
}

function ended(state: CaseState, verb: string, stopped: CaseStop): Standing {
  const headline = `${verb} by the ${stopped.stage} (${stopped.reason}): ${oneLine(stopped.message, 400)}`;
  return { state, stage: stopped.stage, headline, stopped };
}

function waits(parked: CaseParking): Standing {
  const { stage, reason, message, resumesAt } = parked;
  const until = resumesAt ? `, tries again at ${resumesAt}` : '';
  const advice = message === undefined ? '' : ` ${oneLine(message, 400)}`;
  return { state: 'parked', stage, headline: `Waits at the ${stage}: ${oneLine(reason)}${until}.${advice}`, parked };
}

/** What is being written after a verdict. */
const PROVEN: Partial<Record<Verdict, string>> = {
  improved: 'Verified as improved; the proposal is being written.',
  unmeasured: 'Tests and behaviour hold, nothing was measured; the proposal is being written.',
  'nothing-to-measure': 'There is nothing to measure; the note is being written.',
};

function afterVerification({ facts }: TimelineEntry): Standing {
  const verdict = facts.verdict ?? 'error';
  if (facts.parked) return waits(facts.parked);
  const headline = PROVEN[verdict];
  if (headline !== undefined) return { state: 'proposing', stage: 'pr-writer', headline };
  const stopped = facts.stopped ?? { stage: 'verifier', reason: verdict, message: `The verdict is ${verdict}.` };
  return MEANING[verdict] === 'judged' ? ended('rejected', 'Rejected', stopped) : ended('stopped', 'Stopped', stopped);
}

/** Where the work of the stages stands. */
function workOf({ finding, context, draft, verification, proposal, retry }: Current): Standing {
  if (proposal) return { state: 'proposed', stage: 'pr-writer', headline: proposal.what };
  if (verification) return afterVerification(verification);
  // An abstention that only passes on why the case stopped earlier does not hide where that was.
  const stopped = context?.facts.stopped;
  if (draft?.facts.parked) return waits(draft.facts.parked);
  if (draft?.facts.patch || draft?.facts.draft?.note)
    return { state: 'verifying', stage: 'verifier', headline: draft.what };
  if (stopped) return ended('stopped', 'Stopped', stopped);
  if (draft) {
    const { candidate = draft.what, stopped: why } = draft.facts;
    return ended('abstained', 'Left alone', why ?? { stage: 'skill-executor', reason: 'unknown', message: candidate });
  }
  if (context) return { state: 'drafting', stage: 'skill-executor', headline: context.what };
  const headline =
    retry?.what ?? finding?.what ?? 'Only events that are refused or later than the finding have arrived.';
  return { state: 'investigating', stage: 'context-gatherer', headline };
}

function afterWaiting(standing: Standing, { waiting, since }: Current): Standing {
  const { command } = waiting?.facts ?? {};
  if (!waiting || !command || isSettled(standing)) return standing;
  const { stage } = standing;
  if (command.command === 'resume') {
    const again = standing.state === 'parked' && !since.some(({ facts }) => facts.parked);
    const state = stage === 'skill-executor' ? 'drafting' : 'verifying';
    return again ? { state, stage, headline: waiting.what } : standing;
  }
  if (since.some(({ at }) => compareInstants(at, command.until) >= 0)) return standing;
  const parked = { stage, reason: 'snoozed', ...(command.until !== undefined && { resumesAt: command.until }) };
  return { state: 'parked', stage, headline: waiting.what, parked };
}

/** What a person or the forge decided stands above what the stages did. */
function standingOf(current: Current): Standing {
  const { settlement, dismissal } = current;
  const standing = workOf(current);
  const outcome = settlement?.facts.settlement?.outcome;
  if (dismissal && outcome !== 'merged') {
    return { state: 'dismissed', stage: standing.stage, headline: dismissal.what };
  }
  if (settlement && outcome) return { state: outcome, stage: 'pr-writer', headline: settlement.what };
  return afterWaiting(standing, current);
}

function latestTime(timeline: readonly TimelineEntry[]): string | undefined {
  return timeline
    .filter(({ trusted }) => trusted)
    .map(({ at }) => at)
    .sort(compareInstants)
    .at(-1);
}

// A later attempt keeps what only an earlier one established: the finding, the cause, an open proposal.
function factsOf(counted: readonly TimelineEntry[], current: Current): Partial<CaseView> {
  const latest = <Key extends keyof CaseFacts>(key: Key): CaseFacts[Key] | undefined =>
    counted.findLast(({ facts }) => facts[key] !== undefined)?.facts[key];
  const rootCause = latest('rootCause');
  const dossier = latest('dossier');
  const proposal = latest('proposal');
  const evidence = current.proposal?.facts.evidence ?? current.verification?.facts.evidence;
  const { skill, draft } = current.draft?.facts ?? {};
  // The one of the draft's candidates that the evidence is about, once there is evidence.
  const patch = current.verification?.facts.patch ?? current.draft?.facts.patch;
  const verdict = current.verification?.facts.verdict;
  const settlement = current.settlement?.facts.settlement;
  const dismissal = current.dismissal?.facts.command;
  const sameCause = current.context?.facts.sameCause;
  return {
    ...(sameCause && { sameCause }),
    ...(rootCause && { rootCause }),
    ...(skill !== undefined && { skill }),
    ...(draft && { draft }),
    ...(verdict && { verdict }),
    ...(patch && { patch }),
    ...(dossier && { dossier }),
    ...(evidence && { evidence }),
    ...(proposal && { proposal }),
    ...(proposal && proposal.form !== 'note' && { branch: proposal.branch }),
    ...(settlement && { settlement }),
    ...(dismissal && { dismissal }),
  };
}

function viewOf(caseId: string, timeline: TimelineEntry[]): CaseView {
  const counted = timeline.filter(({ trusted }) => trusted);
  const attempt = Math.max(1, ...counted.map((entry) => entry.attempt));
  const current = currentOf(counted.filter((entry) => entry.attempt === attempt));
  const { kind, service, repository, subject } = (counted[0] ?? timeline[0]!).facts;
  const traceparent = counted.find((entry) => entry.traceparent)?.traceparent;
  const updatedAt = latestTime(timeline);
  return {
    caseId,
    kind,
    service,
    repository,
    subject,
    attempt,
    ...standingOf({ ...current, finding: lastOf(counted, 'finding.opened') }),
    ...factsOf(counted, current),
    timeline,
    ...(traceparent && { traceId: traceparent.split('-')[1]! }),
    ...(updatedAt && { updatedAt }),
  };
}

/**
 * Folds one validated case event into the view of its case. Pure; the events may come in any order, repeated, or from a lower
 * attempt: the same set of events gives the same view. A refused event ({@link EventMeta.trusted} false) has its line in the
 * timeline and changes nothing else; the same event trusted later counts.
 * @param view the view so far, undefined for the first event
 * @throws HeadroomError `HEADROOM_CASE_EVENT_UNKNOWN` for an event that is about no case, `HEADROOM_CASE_MISMATCH` for one of
 *   another case
 */
export function foldCase(view: CaseView | undefined, event: HeadroomEvent, meta: EventMeta = {}): CaseView {
  const { caseId, ...entry } = entryOf(event, meta);
  if (view && view.caseId !== caseId) {
    throw new HeadroomError(
      `event ${event.id} is about case ${caseId}, not ${view.caseId}; fold it into its own view`,
      {
        code: 'HEADROOM_CASE_MISMATCH',
      },
    );
  }
  return viewOf(caseId, withEntry(view?.timeline ?? [], entry));
}

/** States in which something is still to happen by itself. */
const OPEN: readonly CaseState[] = ['investigating', 'drafting', 'verifying', 'proposing', 'parked'];

/** Whether nothing more will happen by itself. A parked case is not settled: it goes on later. */
export function isSettled(view: Pick<CaseView, 'state'>): boolean {
  return !OPEN.includes(view.state);
}

/** States in which a case has come to its end and nothing of it is in the code. */
const WITHOUT_MERGE: readonly CaseState[] = [
  'abstained',
  'rejected',
  'stopped',
  'dismissed',
  'closed',
  'expired',
  'reverted',
  'withheld',
];

/** Whether a case has ended and left its cause as it is; only a retry would change that. */
export function endedWithoutMerge(view: Pick<CaseView, 'state'>): boolean {
  return WITHOUT_MERGE.includes(view.state);
}

/** The fields of a case that lists show. */
export function summariseCase(view: CaseView): CaseSummary {
  const { caseId, kind, service, repository, subject, attempt, state, stage, headline } = view;
  const { verdict, branch, proposal, updatedAt } = view;
  return {
    caseId,
    kind,
    service,
    repository,
    subject,
    attempt,
    state,
    stage,
    headline,
    ...(verdict && { verdict }),
    ...(branch && { branch }),
    ...(proposal && { proposal }),
    ...(updatedAt && { updatedAt }),
  };
}
