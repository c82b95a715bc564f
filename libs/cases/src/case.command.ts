import { derivedEventId, type CaseCommand, type Commanded } from '@headroom/contracts';
import { isSettled } from './case.fold.js';
import type { CaseState, CaseView } from './case.view.js';

/** Longest time a case may be snoozed: its events are kept that long. Milliseconds. */
const LONGEST_SNOOZE_MS = 60 * 86_400_000;

/** What a person asks of a case. */
export interface CommandRequest {
  command: CaseCommand;
  /** Who asks: a person or a team. */
  who: string;
  /** Why, in the person's words. */
  reason?: string | undefined;
  /** When a snoozed case goes on by itself, RFC 3339. */
  until?: string | undefined;
  /** Now, milliseconds since 1970: the decision itself knows no clock. */
  nowMs: number;
}

/** What a request comes to. */
export type CommandDecision =
  | {
      outcome: 'accepted';
      /** Of the event to publish. The same command on the same view has the same id: sent twice, it is obeyed once. */
      eventId: string;
      /** Data of the `case.commanded` event to publish. */
      data: Commanded;
    }
  | {
      outcome: 'refused';
      /** Stable, kebab-case. */
      code: string;
      /** A sentence that says what to do instead. */
      message: string;
    };

type Refusal = Extract<CommandDecision, { outcome: 'refused' }>;

/** States in which a proposal has come to its end. */
const CLOSED: readonly CaseState[] = ['merged', 'closed', 'expired', 'reverted', 'withheld'];

function refused(code: string, message: string): Refusal {
  return { outcome: 'refused', code, message };
}

function retryRefusal({ state, proposal }: CaseView): Refusal | undefined {
  if (state === 'proposed') {
    const where = proposal ? ` (${proposal.location})` : '';
    return refused('proposal-open', `Its proposal is open${where}; close or dismiss it before you retry the case.`);
  }
  if (state === 'merged') return refused('already-merged', 'Its proposal is merged; there is nothing left to retry.');
  if (state !== 'investigating') return undefined;
  return refused(
    'in-progress',
    'This attempt has only begun; wait for its context. If it does not come, look at the dead letters of the context-gatherer.',
  );
}

function dismissRefusal({ state }: CaseView): Refusal | undefined {
  if (state === 'dismissed') return refused('already-dismissed', 'It is dismissed already; retry brings it back.');
  if (!CLOSED.includes(state)) return undefined;
  return refused('already-settled', `Its proposal is ${state} already; there is nothing left to dismiss.`);
}

function endedRefusal(view: CaseView, verb: string): Refusal | undefined {
  if (!isSettled(view)) return undefined;
  const instead = view.state === 'proposed' ? 'review its proposal' : 'retry it for a new attempt';
  return refused(
    'case-ended',
    `Nothing of it is under way (${view.state}), so there is nothing to ${verb}; ${instead}.`,
  );
}

function snoozeRefusal(view: CaseView, { until, nowMs }: CommandRequest): Refusal | undefined {
  const ended = endedRefusal(view, 'snooze');
  if (ended) return ended;
  const untilMs = until === undefined ? Number.NaN : Date.parse(until);
  if (Number.isNaN(untilMs)) {
    return refused('until-missing', 'Say until when, for example "until": "2026-11-09T08:00:00Z".');
  }
  if (untilMs <= nowMs) return refused('until-past', `${until} is past; name a time to come.`);
  if (untilMs - nowMs <= LONGEST_SNOOZE_MS) return undefined;
  return refused('until-too-late', 'A case can be snoozed for 60 days at most; dismiss it if it is not wanted.');
}

function refusalOf(view: CaseView, request: CommandRequest): Refusal | undefined {
  switch (request.command) {
    case 'retry':
      return retryRefusal(view);
    case 'resume':
      return endedRefusal(view, 'resume');
    case 'dismiss':
      return dismissRefusal(view);
    case 'snooze':
      return snoozeRefusal(view, request);
  }
}

/** Decides what a command means for a case as it stands: the event to publish, or why not. Pure. */
export function commandOn(view: CaseView, request: CommandRequest): CommandDecision {
  const refusal = refusalOf(view, request);
  if (refusal) return refusal;
  const { caseId, kind, service, repository, subject } = view;
  const { command, who, reason, until } = request;
  const attempt = command === 'retry' ? view.attempt + 1 : view.attempt;
  const given = view.timeline.filter(({ type }) => type === 'case.commanded').length;
  const step = `command.${given + 1}`;
  const causationId = view.timeline.at(-1)?.eventId ?? caseId;
  return {
    outcome: 'accepted',
    eventId: derivedEventId(causationId, `${caseId} ${step} ${command}`),
    data: {
      case: { caseId, attempt, step, causationId },
      kind,
      service,
      repository,
      subject,
      command,
      who,
      ...(reason !== undefined && { reason }),
      ...(command === 'snooze' && until !== undefined && { until }),
    },
  };
}
