import type {
  Alternative,
  BlobRef,
  CaseCommand,
  CaseKind,
  Draft,
  DraftOutcome,
  Hypothesis,
  ModelUse,
  ProposalForm,
  RootCause,
  Settled,
  SkillRef,
  Verdict,
} from '@headroom/contracts';

/**
 * Where a case stands.
 *
 * - `investigating`: the finding is open, the context is being gathered
 * - `drafting`: the context is there, a candidate is being drafted
 * - `verifying`: there is a candidate or a note, it is being judged
 * - `proposing`: verified, the proposal is being written
 * - `proposed`: the proposal is open
 * - `abstained`: nothing was drafted, for a reason
 * - `rejected`: the candidate was judged and is not good enough
 * - `parked`: it waits, and goes on by itself or by command
 * - `stopped`: it could not go on; stage and reason are named
 * - `dismissed`: a person ended it
 * - `merged`, `closed`, `expired`, `reverted`: what became of the proposal
 * - `withheld`: verified, but no proposal was wanted
 */
export type CaseState =
  | 'investigating'
  | 'drafting'
  | 'verifying'
  | 'proposing'
  | 'proposed'
  | 'abstained'
  | 'rejected'
  | 'parked'
  | 'stopped'
  | 'dismissed'
  | Settled['outcome'];

/** The stages of a case, in the order of the flow. */
export type CaseStage = 'detector' | 'context-gatherer' | 'skill-executor' | 'verifier' | 'pr-writer';

/** Short names of the case events, in the order of the flow. */
export type CaseEventName =
  | 'finding.opened'
  | 'finding.revised'
  | 'context.gathered'
  | 'draft.concluded'
  | 'verification.concluded'
  | 'proposal.opened'
  | 'proposal.settled'
  | 'case.commanded';

/** Why a case did not become a proposal. */
export interface CaseStop {
  stage: CaseStage;
  /** Stable, kebab-case. */
  reason: string;
  /** A sentence that says what to do. */
  message: string;
}

/** Why a case waits. */
export interface CaseParking {
  stage: CaseStage;
  reason: string;
  /** What to do about it, where that is known. */
  message?: string;
  /** RFC 3339; absent = only a command resumes it. */
  resumesAt?: string;
}

/** The root cause in short. */
export interface RootCauseSummary {
  status: RootCause['status'];
  /** One sentence. */
  summary: string;
  /** The commit, when the cause is one. */
  commit?: string;
  /** The configuration key, when the cause is one. */
  key?: string;
  /** The deployment that brought the cause. */
  deployment?: string;
  /** Why none was named. */
  reason?: string;
}

/** Another case that has the same cause. */
export interface SameCause {
  caseId: string;
  service: string;
  subject: string;
}

/** Where the proposal is. */
export interface ProposalSummary {
  /** A `note` has no branch of its own: `branch` and `commit` are those that it is about. Absent = `change`. */
  form?: ProposalForm;
  title: string;
  branch: string;
  commit: string;
  /** URL or path. */
  location: string;
  /** Who should look at it. */
  reviewers: string[];
}

/** What a person asked of the case. */
export interface CommandSummary {
  command: CaseCommand;
  who: string;
  reason?: string;
  /** RFC 3339, of a `snooze`. */
  until?: string;
  /** Id of the event after which it was given. */
  after: string;
}

/** What became of the proposal. */
export interface SettlementSummary {
  outcome: Settled['outcome'];
  /** Stable, kebab-case. */
  reason?: string;
  message?: string;
  who?: string;
}

/** What was drafted, and with what. */
export interface DraftSummary {
  outcome: DraftOutcome;
  /** One sentence. */
  summary: string;
  skill?: SkillRef;
  /** What the draft rests on; each points at evidence. */
  facts: Draft['facts'];
  /** What is believed and not shown. */
  hypotheses?: Hypothesis[];
  /** What else could be done, best first. */
  alternatives?: Alternative[];
  /** Further patches beside the first. */
  candidates?: number;
  /** Markdown for a person, its figures not filled in. */
  note?: BlobRef;
  /** Set when a model was asked. */
  model?: ModelUse;
}

/** What one event says about its case. */
export interface CaseFacts {
  kind: CaseKind;
  service: string;
  repository: string;
  subject: string;
  rootCause?: RootCauseSummary;
  /** One sentence about the candidate. */
  candidate?: string;
  draft?: DraftSummary;
  /** Name of the skill that drafted it, or that left it alone. */
  skill?: string;
  verdict?: Verdict;
  stopped?: CaseStop;
  parked?: CaseParking;
  dossier?: BlobRef;
  /** The case that works on the same cause. */
  sameCause?: SameCause;
  patch?: BlobRef;
  evidence?: BlobRef;
  proposal?: ProposalSummary;
  settlement?: SettlementSummary;
  command?: CommandSummary;
}

/** One line of the timeline. */
export interface TimelineEntry {
  eventId: string;
  type: CaseEventName;
  /** Who says it; `person` for a command. */
  stage: CaseStage | 'person';
  attempt: number;
  step: string;
  /** Time of the event, RFC 3339; publishers may leave it out. */
  at?: string;
  /** One sentence, from the fields of the event only. */
  what: string;
  traceparent?: string;
  /** False = refused: it has its line and changes nothing. */
  trusted: boolean;
  /** Why it was refused. */
  refusal?: string;
  /** sha256 of the event's data: an id that comes back with other content is another line. */
  digest: string;
  facts: CaseFacts;
}

/** All that is known of a case, folded from its events. Plain JSON. */
export interface CaseView {
  caseId: string;
  kind: CaseKind;
  service: string;
  repository: string;
  /** The function that the case is about. */
  subject: string;
  /** The current passage through the stages. */
  attempt: number;
  state: CaseState;
  /** The stage that is at work, or at which the case ended. */
  stage: CaseStage;
  /** One sentence: what matters now. */
  headline: string;
  rootCause?: RootCauseSummary;
  /** The leading case, where this one is stopped because of it. */
  sameCause?: SameCause;
  /** Cases that have the same cause and are stopped because of this one. */
  followers?: SameCause[];
  /** Name of the skill that drafted the candidate, or that left it alone. */
  skill?: string;
  draft?: DraftSummary;
  verdict?: Verdict;
  /** The candidate's diff: the first of the draft, or the one that was judged for all. */
  patch?: BlobRef;
  dossier?: BlobRef;
  /** The signed record. */
  evidence?: BlobRef;
  branch?: string;
  proposal?: ProposalSummary;
  /** What became of the proposal. */
  settlement?: SettlementSummary;
  /** The command that ended the case. */
  dismissal?: CommandSummary;
  parked?: CaseParking;
  stopped?: CaseStop;
  /** In the order of the flow, not of arrival. */
  timeline: TimelineEntry[];
  /** W3C trace id that runs from the completing profile to the proposal. */
  traceId?: string;
  /** Latest time among the events, RFC 3339. */
  updatedAt?: string;
}

/** A case as lists show it. Every {@link CaseView} is one. */
export type CaseSummary = Pick<
  CaseView,
  | 'caseId'
  | 'kind'
  | 'service'
  | 'repository'
  | 'subject'
  | 'attempt'
  | 'state'
  | 'stage'
  | 'headline'
  | 'verdict'
  | 'branch'
  | 'proposal'
  | 'updatedAt'
>;
