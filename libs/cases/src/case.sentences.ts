import type {
  Commanded,
  Context,
  Draft,
  Finding,
  Proposal,
  Regression,
  Revised,
  RootCause,
  Settled,
  Verification,
} from '@headroom/contracts';
import { duration, percentage, signedPercentage } from '@headroom/figures';

const LONGEST_TITLE = 120;

/** Text from outside on one line and bounded: a sentence stays a sentence. */
export function oneLine(text: string, longest = LONGEST_TITLE): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}

/** The first ten digits of a commit id. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 10);
}

/** The function's own name, without its file. */
export function functionName(subject: string): string {
  return subject.slice(subject.indexOf(':') + 1);
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function regressionSentence(subject: string, regression: Regression): string {
  const share = regression.metric === 'cpu-share';
  const amount = share ? percentage : duration;
  const what = share ? 'Share of CPU' : `CPU per ${oneLine(regression.unitOfWork)}`;
  const growth = regression.before > 0 ? ` (${signedPercentage(regression.after / regression.before - 1)})` : '';
  const { before, after, setAside } = regression.counts;
  const aside = setAside > 0 ? `, ${setAside} set aside` : '';
  return (
    `${what} of ${functionName(subject)} rose from ${amount(regression.before)} to ${amount(regression.after)}${growth} ` +
    `at deployment ${oneLine(regression.changePoint.deployment)}: ${plural(before, 'deployment')} before, ${after} after${aside}.`
  );
}

/** What was found. */
export function findingSentence(data: Finding): string {
  if (data.regression) return regressionSentence(data.subject, data.regression);
  const by = data.opportunity?.requestedBy ? ` by ${oneLine(data.opportunity.requestedBy)}` : '';
  const skill = data.opportunity?.skill ? `, with the skill ${oneLine(data.opportunity.skill)}` : '';
  return `A proposal for ${functionName(data.subject)} was requested${by}${skill}.`;
}

/** What became known of a finding later. */
export function revisionSentence({ change }: Revised): string {
  const keys = (change.config ?? []).map(({ key }) => oneLine(key, 80)).slice(0, 3);
  const brought = keys.length > 0 ? `, which set ${keys.join(', ')}` : '';
  return `The deployment ${oneLine(change.deployment)} of ${change.deployedAt}${brought}, became known late; it can be the change point.`;
}

function setting(value: string | null): string {
  return value === null ? 'nothing' : `"${oneLine(value, 60)}"`;
}

/** The root cause in a sentence. */
export function rootCauseSentence(rootCause: RootCause): string {
  if (rootCause.status === 'not-applicable') return 'An opportunity has no root cause.';
  if (rootCause.status === 'abstained') {
    return `No root cause is named (${rootCause.reason}): ${oneLine(rootCause.message, 400)}`;
  }
  const { cause } = rootCause;
  if (cause.kind === 'config') {
    return `Root cause: setting ${oneLine(cause.key)} went from ${setting(cause.before)} to ${setting(cause.after)} with deployment ${oneLine(cause.deployment)}.`;
  }
  if (cause.kind === 'experiment') {
    return `Root cause: the exposure of ${oneLine(cause.key)} went from ${percentage(cause.before)} to ${percentage(cause.after)} at deployment ${oneLine(cause.deployment)}.`;
  }
  if (cause.kind === 'dependency') {
    return `Root cause: package ${oneLine(cause.package)} went from ${setting(cause.from)} to ${setting(cause.to)} with commit ${shortCommit(cause.commit)} by ${oneLine(cause.author.name)}, in deployment ${oneLine(cause.deployment)}.`;
  }
  return `Root cause: commit ${shortCommit(cause.commit)} "${oneLine(cause.title)}" by ${oneLine(cause.author.name)}, in deployment ${oneLine(cause.deployment)}.`;
}

/** What was gathered. */
export function contextSentence(data: Context): string {
  if (data.stopped) return `Stopped (${data.stopped.reason}): ${oneLine(data.stopped.message, 400)}`;
  if (data.rootCause.status !== 'not-applicable') return rootCauseSentence(data.rootCause);
  const where = data.function
    ? ` ${data.function.path}, lines ${data.function.startLine} to ${data.function.endLine},`
    : '';
  const base = data.base ? ` on ${oneLine(data.base.branch)} at ${shortCommit(data.base.commit)}` : '';
  return `Context gathered:${where || ` ${functionName(data.subject)}`}${base}.`;
}

const CANDIDATES = { patch: 'Candidate', revert: 'Revert', config: 'Change of configuration' } as const;
const NOTES = {
  accept: 'Note that the cost is to be accepted',
  'cost-shift': 'Note that the cost was shifted',
} as const;

/** What was drafted. */
export function draftSentence(data: Draft): string {
  if (data.parked) {
    const until = data.parked.resumesAt ? `, tries again at ${data.parked.resumesAt}` : '';
    return `Waits (${oneLine(data.parked.reason)}${until}): ${oneLine(data.stopped?.message ?? data.summary, 400)}`;
  }
  if (data.outcome === 'abstain') {
    const { reason, message } = data.stopped ?? { reason: 'unknown', message: data.summary };
    return `Left alone (${reason}): ${oneLine(message, 400)}`;
  }
  const skill = data.skill ? ` by ${data.skill.name} ${data.skill.version}` : '';
  if (data.outcome === 'accept' || data.outcome === 'cost-shift') {
    return `${NOTES[data.outcome]}${skill}: ${oneLine(data.summary, 300)}`;
  }
  const more = data.candidates?.length ? `, ${plural(data.candidates.length, 'further candidate')}` : '';
  return `${CANDIDATES[data.outcome]}${skill} (${plural(data.files.length, 'file')}${more}): ${oneLine(data.summary, 300)}`;
}

/** What the verifier found; figures are only in the signed record. */
export function verificationSentence(data: Verification): string {
  const tried = data.tried?.length ? `, after ${plural(data.tried.length, 'other candidate')}` : '';
  if (data.parked) {
    const until = data.parked.resumesAt ? `, tries again at ${data.parked.resumesAt}` : '';
    return `Verdict ${data.verdict}; waits (${oneLine(data.parked.reason)}${until}).`;
  }
  if (data.stopped) return `Verdict ${data.verdict}${tried}: ${oneLine(data.stopped.message, 400)}`;
  const record = data.evidence ? `, signed evidence ${data.evidence.sha256.slice(0, 12)}` : '';
  return `Verdict ${data.verdict}${tried}${record}.`;
}

/** What a refused verification claimed, and why it is not believed. */
export function refusedSentence(data: { verdict?: string }, refusal: string): string {
  const claim = data.verdict ? ` that claims "${data.verdict}"` : '';
  return `Refused an event${claim}: ${oneLine(refusal, 400)}`;
}

/** What was proposed. */
export function proposalSentence(data: Proposal): string {
  if (data.form === 'note') return `Note opened: ${oneLine(data.title)}`;
  return `Proposal opened on branch ${oneLine(data.branch, 255)}: ${oneLine(data.title)}`;
}

const SETTLED = {
  merged: 'Proposal merged',
  closed: 'Proposal closed',
  expired: 'Proposal expired without an answer',
  reverted: 'Proposal reverted after its merge',
  withheld: 'No proposal was opened',
} as const satisfies Record<Settled['outcome'], string>;

/** What became of the proposal. */
export function settlementSentence({ outcome, stopped, who }: Settled): string {
  const by = who === undefined ? '' : ` by ${oneLine(who)}`;
  const why = stopped ? ` (${stopped.reason}): ${oneLine(stopped.message, 400)}` : '.';
  return `${SETTLED[outcome]}${by}${why}`;
}

/** What a person asked for. */
export function commandSentence({ command, who, reason, until, case: { attempt } }: Commanded): string {
  const by = oneLine(who);
  const what = {
    retry: `Attempt ${attempt} was asked for by ${by}`,
    resume: `Resumed by ${by}`,
    dismiss: `Dismissed by ${by}`,
    snooze: `Snoozed by ${by} until ${until}`,
  }[command];
  return reason === undefined ? `${what}.` : `${what}: ${oneLine(reason, 400)}`;
}
