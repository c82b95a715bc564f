import type { ModelUse } from '@headroom/contracts';
import { functionName } from './case.sentences.js';
import type { CaseSummary, CaseView, TimelineEntry } from './case.view.js';
import { duration, percentage, signedPercentage } from '@headroom/figures';
import { table } from './text.layout.js';

/** A share with its interval: -0.25 = a quarter less. */
export interface ChangeFigures {
  estimate: number;
  low: number;
  high: number;
}

/** What a reader wants of an evidence record. All figures are those of the record. */
export interface EvidenceSummary {
  /** Whether signature and recomputed verdict hold. */
  verified: boolean;
  /** Why they do not. */
  problem?: string;
  verdict: string;
  /** What one run of the benchmark's operation costs, median over the rounds, CPU seconds. */
  cpuSecondsPerOperation?: { base: number; head: number };
  /** CPU per operation, head against base. */
  cpu?: ChangeFigures;
  /** The same for a second copy of the base. */
  control?: ChangeFigures;
  noiseFloor?: number;
  requiredEffect?: number;
  rounds?: { used: number; discarded: number };
  tests?: { base: string; head: string };
  /** One sentence about return values and log records. */
  differential?: string;
  /** What the repository's own policy asked for and does not get. */
  policyNotes?: string[];
  /** `bubblewrap` or `none`. */
  sandbox?: string;
  hostClass?: string;
}

/** Records that belong to a case and are shown with it. */
export interface CaseRecords {
  evidence?: EvidenceSummary;
  /** Text of the draft's note, its figures filled in. */
  note?: string;
}

/** The cases as aligned plain text, 100 columns. */
export function renderCaseList(cases: readonly CaseSummary[]): string {
  if (cases.length === 0) return 'No cases yet.';
  const rows = cases.map((each) => [
    each.caseId,
    each.state,
    each.service,
    `${functionName(each.subject)}: ${each.headline}`,
  ]);
  return table([['CASE', 'STATE', 'SERVICE', 'WHAT'], ...rows]);
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : ['', title, table(rows.map((row) => ['', ...row]))];
}

function interval(change: ChangeFigures): string {
  return `${signedPercentage(change.estimate)} (${signedPercentage(change.low)} to ${signedPercentage(change.high)})`;
}

function evidenceRows(view: CaseView, evidence: EvidenceSummary | undefined): string[][] {
  const rows: string[][] = [];
  if (view.evidence) rows.push(['record', view.evidence.sha256]);
  if (!evidence) return rows;
  const { cpuSecondsPerOperation: cost, cpu, control, rounds, tests } = evidence;
  rows.push([
    'signature',
    evidence.verified ? 'valid, verdict recomputed' : `REFUSED: ${evidence.problem ?? 'invalid'}`,
  ]);
  rows.push(['verdict', evidence.verdict]);
  if (cost) rows.push(['base', `${duration(cost.base)} CPU per operation`]);
  if (cost) rows.push(['head', `${duration(cost.head)} CPU per operation`]);
  if (cpu) rows.push(['change', interval(cpu)]);
  if (control) rows.push(['same code', `${interval(control)}, base against a second copy of itself`]);
  if (evidence.noiseFloor !== undefined) rows.push(['noise floor', percentage(evidence.noiseFloor)]);
  if (evidence.requiredEffect !== undefined) rows.push(['required', `${percentage(evidence.requiredEffect)} or more`]);
  if (rounds) rows.push(['rounds', `${rounds.used} used, ${rounds.discarded} discarded`]);
  if (tests) rows.push(['tests', `base ${tests.base}, head ${tests.head}`]);
  if (evidence.differential) rows.push(['behaviour', evidence.differential]);
  for (const note of evidence.policyNotes ?? []) rows.push(['policy', note]);
  if (evidence.sandbox) rows.push(['sandbox', evidence.sandbox === 'none' ? 'UNSANDBOXED' : evidence.sandbox]);
  if (evidence.hostClass) rows.push(['host class', evidence.hostClass]);
  return rows;
}

function proposalRows({ proposal }: CaseView): string[][] {
  if (!proposal) return [];
  const place =
    proposal.form === 'note'
      ? [['form', 'a note: nothing was measured, and nothing changes by itself']]
      : [
          ['branch', proposal.branch],
          ['commit', proposal.commit],
        ];
  const rows = [['title', proposal.title], ...place, ['look at', proposal.location]];
  return proposal.reviewers.length > 0 ? [...rows, ['reviewers', proposal.reviewers.join(', ')]] : rows;
}

function draftRows({ draft, patch }: CaseView): string[][] {
  if (!draft) return [];
  const { skill, model, candidates } = draft;
  const rows = [['outcome', draft.outcome]];
  if (draft.outcome !== 'abstain') rows.push(['summary', draft.summary]);
  if (skill) rows.push(['skill', `${skill.name} ${skill.version}, digest ${skill.digest.slice(0, 16)}`]);
  if (patch) rows.push(['patch', candidates ? `${patch.sha256}, and ${candidates} more` : patch.sha256]);
  if (draft.note) rows.push(['note', draft.note.sha256]);
  for (const { text, evidence } of draft.facts) rows.push(['fact', `${text} (${evidence.join(', ')})`]);
  if (model) rows.push(...modelRows(model));
  return rows;
}

function modelRows({ name, inputTokens, cachedTokens, outputTokens, usd, transcript }: ModelUse): string[][] {
  const tokens = `${inputTokens} tokens read, ${cachedTokens} from its cache, ${outputTokens} written`;
  return [
    ['model', `${name}: ${tokens}, USD ${usd.toFixed(2)}`],
    ...(transcript ? [['transcript', transcript.sha256]] : []),
  ];
}

function hypothesisRows({ draft }: CaseView): string[][] {
  return (draft?.hypotheses ?? []).map(({ text, confidence, refutedBy }) => [
    percentage(confidence),
    refutedBy === '' ? text : `${text} Refuted by: ${refutedBy}`,
  ]);
}

function alternativeRows({ draft }: CaseView): string[][] {
  return (draft?.alternatives ?? []).map(({ outcome, title, cost, risk, expectedSaving }) => {
    const said = Object.entries({ cost, risk, 'expected saving': expectedSaving });
    const details = said.filter(([, text]) => text !== '').map(([label, text]) => `${label}: ${text}`);
    return [outcome, [title, ...details].join('; ')];
  });
}

function noteRows(note: string | undefined): string[][] {
  return (note ?? '').trim() === ''
    ? []
    : note!
        .trim()
        .split('\n')
        .map((line) => [line]);
}

function timelineRow(entry: TimelineEntry, attempts: boolean): string[] {
  const when = entry.at ?? '';
  const where = attempts ? `${entry.stage} #${entry.attempt}` : entry.stage;
  return [when, where, entry.what];
}

function endRows({ parked, dismissal, settlement }: CaseView): string[][] {
  const said = (label: string, ...parts: (string | undefined)[]): string[] => [label, parts.filter(Boolean).join(': ')];
  return [
    ...(parked
      ? [['waits for', parked.resumesAt ? `${parked.reason}, until ${parked.resumesAt}` : parked.reason]]
      : []),
    ...(parked?.message === undefined ? [] : [['to do', parked.message]]),
    ...(dismissal ? [said('dismissed', dismissal.who, dismissal.reason)] : []),
    ...(settlement ? [said('settled', settlement.outcome, settlement.message)] : []),
  ];
}

/** A case as aligned plain text, 100 columns: what it is, its cause, evidence and proposal, and the timeline. */
export function renderCase(view: CaseView, records: CaseRecords = {}): string {
  const facts = [
    ['case', `${view.caseId}, attempt ${view.attempt}`],
    ['state', `${view.state} (${view.stage})`],
    ['service', `${view.service}, repository ${view.repository}`],
    [view.kind, view.subject],
  ];
  if (view.rootCause && view.rootCause.status !== 'not-applicable') facts.push(['cause', view.rootCause.summary]);
  if (view.stopped) facts.push(['reason', `${view.stopped.reason}: ${view.stopped.message}`]);
  for (const { caseId, service, subject } of view.followers ?? []) {
    facts.push(['also', `${service}, ${functionName(subject)} (case ${caseId})`]);
  }
  facts.push(...endRows(view));
  if (view.traceId) facts.push(['trace', view.traceId]);
  const attempts = view.attempt > 1;
  return [
    table([[view.headline]]),
    '',
    table(facts.map((row) => ['', ...row])),
    ...section('Draft', draftRows(view)),
    ...section('Hypotheses, not shown', hypothesisRows(view)),
    ...section('Alternatives', alternativeRows(view)),
    ...section('Note', noteRows(records.note)),
    ...section('Evidence', evidenceRows(view, records.evidence)),
    ...section('Proposal', proposalRows(view)),
    ...section(
      'Timeline',
      view.timeline.map((entry) => timelineRow(entry, attempts)),
    ),
  ].join('\n');
}
