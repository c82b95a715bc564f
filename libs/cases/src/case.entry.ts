import {
  caseCommanded,
  contextGathered,
  draftConcluded,
  findingOpened,
  findingRevised,
  HeadroomError,
  proposalOpened,
  proposalSettled,
  sha256,
  verificationConcluded,
  type CaseHeader,
  type CaseKind,
  type Commanded,
  type Context,
  type Draft,
  type Finding,
  type HeadroomEvent,
  type Proposal,
  type Revised,
  type RootCause,
  type Settled,
  type Stop,
  type Verification,
} from '@headroom/contracts';
import {
  commandSentence,
  contextSentence,
  draftSentence,
  findingSentence,
  proposalSentence,
  refusedSentence,
  revisionSentence,
  rootCauseSentence,
  settlementSentence,
  verificationSentence,
} from './case.sentences.js';
import type {
  CaseEventName,
  CaseFacts,
  CaseParking,
  CaseStage,
  CaseStop,
  DraftSummary,
  RootCauseSummary,
  TimelineEntry,
} from './case.view.js';

/** What the one who folds knows of an event beside its content. */
export interface EventMeta {
  /**
   * Whether the event may change the case. A `verification.concluded` counts only with `true`: its evidence was checked,
   * signature and all.
   * @default true, and false for verification.concluded
   */
  trusted?: boolean;
  /** Why it is not trusted, one sentence. */
  refusal?: string;
}

/** The fields that every case event shares. */
interface SharedData {
  case: CaseHeader;
  kind: CaseKind;
  service: string;
  repository: string;
  subject: string;
}

interface Reading {
  name: CaseEventName;
  stage: TimelineEntry['stage'];
  what: string;
  facts: Omit<CaseFacts, 'kind' | 'service' | 'repository' | 'subject'>;
}

const UNCHECKED = 'its evidence was not checked';

function stopAt(stage: CaseStage, stop: Stop): CaseStop {
  return { stage, reason: stop.reason, message: stop.message };
}

function summaryOf(rootCause: RootCause): RootCauseSummary {
  const summary = { status: rootCause.status, summary: rootCauseSentence(rootCause) };
  if (rootCause.status === 'abstained') return { ...summary, reason: rootCause.reason };
  if (rootCause.status === 'not-applicable') return summary;
  const { cause } = rootCause;
  const named = 'commit' in cause ? { commit: cause.commit } : { key: cause.key };
  return { ...summary, ...named, deployment: cause.deployment };
}

function readContext(data: Context): Reading {
  return {
    name: 'context.gathered',
    stage: 'context-gatherer',
    what: contextSentence(data),
    facts: {
      rootCause: summaryOf(data.rootCause),
      ...(data.dossier && { dossier: data.dossier }),
      ...(data.sameCause && { sameCause: data.sameCause }),
      ...(data.stopped && { stopped: stopAt('context-gatherer', data.stopped) }),
    },
  };
}

function draftSummary(data: Draft): DraftSummary {
  const { outcome, summary, skill, facts, hypotheses, alternatives, candidates, note, model } = data;
  return {
    outcome,
    summary,
    facts,
    ...(skill && { skill }),
    ...(hypotheses?.length && { hypotheses }),
    ...(alternatives?.length && { alternatives }),
    ...(candidates?.length && { candidates: candidates.length }),
    ...(note && { note }),
    ...(model && { model }),
  };
}

function parkedAt({ reason, resumesAt }: NonNullable<Draft['parked']>, stopped: Stop | undefined): CaseParking {
  return {
    stage: 'skill-executor',
    reason,
    ...(stopped && { message: stopped.message }),
    ...(resumesAt !== undefined && { resumesAt }),
  };
}

function readDraft(data: Draft): Reading {
  return {
    name: 'draft.concluded',
    stage: 'skill-executor',
    what: draftSentence(data),
    facts: {
      candidate: data.summary,
      draft: draftSummary(data),
      ...(data.skill && { skill: data.skill.name }),
      ...(data.dossier && { dossier: data.dossier }),
      ...(data.patch && { patch: data.patch }),
      ...(data.parked && { parked: parkedAt(data.parked, data.stopped) }),
      ...(data.stopped && !data.parked && { stopped: stopAt('skill-executor', data.stopped) }),
    },
  };
}

function readVerification(data: Verification): Reading {
  return {
    name: 'verification.concluded',
    stage: 'verifier',
    what: verificationSentence(data),
    facts: {
      verdict: data.verdict,
      ...(data.patch && { patch: data.patch }),
      ...(data.evidence && { evidence: data.evidence }),
      ...(data.parked && { parked: { stage: 'verifier', ...data.parked } }),
      ...(data.stopped && { stopped: stopAt('verifier', data.stopped) }),
    },
  };
}

function readProposal(data: Proposal): Reading {
  const { title, form, branch, commit, location, reviewers, evidence } = data;
  return {
    name: 'proposal.opened',
    stage: 'pr-writer',
    what: proposalSentence(data),
    facts: {
      evidence,
      proposal: { ...(form && { form }), title, branch, commit, location, reviewers: reviewers.map(({ who }) => who) },
    },
  };
}

function readSettlement(data: Settled): Reading {
  const { outcome, stopped, who } = data;
  return {
    name: 'proposal.settled',
    stage: 'pr-writer',
    what: settlementSentence(data),
    facts: {
      settlement: {
        outcome,
        ...(stopped && { reason: stopped.reason, message: stopped.message }),
        ...(who !== undefined && { who }),
      },
    },
  };
}

function readCommand(data: Commanded): Reading {
  const { command, who, reason, until } = data;
  return {
    name: 'case.commanded',
    stage: 'person',
    what: commandSentence(data),
    facts: {
      command: {
        command,
        who,
        after: data.case.causationId,
        ...(reason !== undefined && { reason }),
        ...(until !== undefined && { until }),
      },
    },
  };
}

function read(event: HeadroomEvent): Reading {
  switch (event.type) {
    case findingOpened.type:
      return {
        name: 'finding.opened',
        stage: 'detector',
        what: findingSentence(event.data as Finding),
        facts: {},
      };
    case findingRevised.type:
      return {
        name: 'finding.revised',
        stage: 'detector',
        what: revisionSentence(event.data as Revised),
        facts: {},
      };
    case contextGathered.type:
      return readContext(event.data as Context);
    case draftConcluded.type:
      return readDraft(event.data as Draft);
    case verificationConcluded.type:
      return readVerification(event.data as Verification);
    case proposalOpened.type:
      return readProposal(event.data as Proposal);
    case proposalSettled.type:
      return readSettlement(event.data as Settled);
    case caseCommanded.type:
      return readCommand(event.data as Commanded);
    default:
      throw new HeadroomError(`"${event.type}" is not a case event; fold only events whose data has a case header`, {
        code: 'HEADROOM_CASE_EVENT_UNKNOWN',
      });
  }
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const sorted = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, each]) => [key, canonical(each)]));
}

/**
 * The timeline line of a validated case event.
 * @throws HeadroomError `HEADROOM_CASE_EVENT_UNKNOWN` for an event that is about no case
 */
export function entryOf(event: HeadroomEvent, meta: EventMeta): TimelineEntry & { caseId: string } {
  const { name, stage, what, facts } = read(event);
  const { case: header, kind, service, repository, subject } = event.data as SharedData;
  const trusted = meta.trusted ?? name !== 'verification.concluded';
  const refusal = trusted ? undefined : (meta.refusal ?? UNCHECKED);
  return {
    caseId: header.caseId,
    eventId: event.id,
    type: name,
    stage,
    attempt: header.attempt,
    step: header.step,
    ...(event.time !== undefined && { at: event.time }),
    what: refusal === undefined ? what : refusedSentence(facts, refusal),
    ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
    trusted,
    ...(refusal !== undefined && { refusal }),
    digest: sha256(JSON.stringify(canonical(event.data))),
    facts: { kind, service, repository, subject, ...facts },
  };
}
