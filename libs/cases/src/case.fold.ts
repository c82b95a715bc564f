import { HeadroomError, type HeadroomEvent, type Verdict } from '@headroom/contracts';
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
  'no-effect': 'judged',
  worse: 'judged',
  'tests-failed': 'judged',
  'behaviour-changed': 'judged',
  untested: 'judged',
  'policy-refused': 'judged',
  'tests-failed-on-base': 'hindered',
  'install-failed': 'hindered',
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
}

function lastOf(entries: readonly TimelineEntry[], type: CaseEventName): TimelineEntry | undefined {
  return entries.findLast((entry) => entry.type === type);
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
  };
}

function ended(state: CaseState, verb: string, stopped: CaseStop): Standing {
  const headline = `${verb} by the ${stopped.stage} (${stopped.reason}): ${oneLine(stopped.message, 400)}`;
  return { state, stage: stopped.stage, headline, stopped };
}

function afterVerification({ facts }: TimelineEntry): Standing {
  const verdict = facts.verdict ?? 'error';
  if (facts.parked) {
    const until = facts.parked.resumesAt ? `, tries again at ${facts.parked.resumesAt}` : '';
    const headline = `Waits at the verifier: ${oneLine(facts.parked.reason)}${until}.`;
    return { state: 'parked', stage: 'verifier', headline, parked: facts.parked };
  }
  if (MEANING[verdict] === 'proven') {
    return { state: 'proposing', stage: 'pr-writer', headline: 'Verified as improved; the proposal is being written.' };
  }
  const stopped = facts.stopped ?? { stage: 'verifier', reason: verdict, message: `The verdict is ${verdict}.` };
  return MEANING[verdict] === 'judged' ? ended('rejected', 'Rejected', stopped) : ended('stopped', 'Stopped', stopped);
}

function standingOf({ finding, context, draft, verification, proposal }: Current): Standing {
  if (proposal) return { state: 'proposed', stage: 'pr-writer', headline: proposal.what };
  if (verification) return afterVerification(verification);
  // An abstention that only passes on why the case stopped earlier does not hide where that was.
  const stopped = context?.facts.stopped;
  if (draft?.facts.patch) return { state: 'verifying', stage: 'verifier', headline: draft.what };
  if (stopped) return ended('stopped', 'Stopped', stopped);
  if (draft) {
    const { candidate = draft.what, stopped: why } = draft.facts;
    return ended('abstained', 'Left alone', why ?? { stage: 'skill-executor', reason: 'unknown', message: candidate });
  }
  if (context) return { state: 'drafting', stage: 'skill-executor', headline: context.what };
  const headline = finding?.what ?? 'Only events that are refused or later than the finding have arrived.';
  return { state: 'investigating', stage: 'context-gatherer', headline };
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
  const patch = current.draft?.facts.patch;
  const verdict = current.verification?.facts.verdict;
  return {
    ...(rootCause && { rootCause }),
    ...(verdict && { verdict }),
    ...(patch && { patch }),
    ...(dossier && { dossier }),
    ...(evidence && { evidence }),
    ...(proposal && { branch: proposal.branch, proposal }),
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

/** Whether nothing more will happen by itself. A parked case is not settled: it goes on later. */
export function isSettled(view: Pick<CaseView, 'state'>): boolean {
  return ['proposed', 'abstained', 'rejected', 'stopped'].includes(view.state);
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
