import { duration, percentage, signedPercentage } from '@headroom/figures';
import type { Regression } from '@headroom/contracts';
import { languageNameOf, parseFunctionId } from '@headroom/source';
import type { DossierDocument } from '../gather.js';
import { untimed, type PartTimer } from '../part.timer.js';
import type { DossierSections, SectionName } from './dossier.js';
import { Inquiry, type KnownSkill, type ToolCaller } from './inquiry.js';
import { pattern } from './pattern.js';
import { callersOf, opportunitySymptoms } from './opportunity.js';
import { barsOf } from './picture.js';
import { resolvedBefore } from './resolved.before.js';
import { SectionBuilder } from './section.builder.js';

/** What a dossier is composed from. */
export interface ComposeInput {
  /** What was gathered: the finding, the ranked causes, the owners. */
  document: DossierDocument;
  /** Id of the event that the finding came with. */
  findingId: string;
  /** When the finding was made, ISO 8601. */
  at: string;
  tools: ToolCaller;
  /** Skills that may answer the case, the one to try first first. */
  skills: readonly KnownSkill[];
  /** Smallest improvement that counts, as a ratio. */
  minimumEffect: number;
  signal: AbortSignal;
  /** Told of each section. @default nobody */
  timed?: PartTimer;
}

const DAY_MS = 86_400_000;
/** Most files whose diff is shown. */
const MOST_DIFFED = 4;
/** A chain of calls below it is not worth a line, as a ratio of the CPU. */
const SMALLEST_SHARE = 0.001;
/** How far before the change point what was deployed meanwhile is looked at. */
const WINDOW_DAYS = 7;

/**
 * The sections of a dossier: every statement cites the call of a tool, or the event, that it rests on. The same answers give the
 * same dossier, byte for byte; no clock enters it but the finding's.
 * @throws HeadroomError where one of Headroom's own stores is away, retryable
 */
export async function composeDossier(input: ComposeInput): Promise<DossierSections> {
  const { document, findingId, tools, signal, at, timed = untimed } = input;
  const inquiry = new Inquiry({ finding: document.finding, findingId, tools, signal });
  const sections = [];
  for (const [name, section] of SECTIONS) {
    sections.push((await timed(name, () => section(inquiry, input))).build());
  }
  return { at, sections, citations: inquiry.citations };
}

function costOf(value: number, { metric }: Regression): string {
  return metric === 'cpu-share' ? percentage(value) : duration(value);
}

async function symptoms(inquiry: Inquiry, { document }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('symptoms');
  const { finding, event } = inquiry;
  const { regression, opportunity, service, subject } = finding;
  if (opportunity) {
    await opportunitySymptoms(inquiry, section, { opportunity, base: document.base });
    return section;
  }
  if (!regression) return section;
  const unit = regression.metric === 'cpu-share' ? 'of CPU' : `CPU per ${regression.unitOfWork}`;
  const relative = regression.before > 0 ? ` (${signedPercentage(regression.delta / regression.before)})` : '';
  section.state(
    `${subject} of ${service} went from ${costOf(regression.before, regression)} to ${costOf(regression.after, regression)} ${unit}${relative}, ${percentage(regression.deltaOfService)} of the service, in ${regression.environment} on ${regression.hostClass}.`,
    event,
  );
  const { counts, p, q, sd } = regression;
  section.state(
    `It rests on ${counts.before} deployments before and ${counts.after} after the change point, ${counts.setAside} set aside; p ${p.toPrecision(2)}, q ${q.toPrecision(2)}, ${(regression.delta / sd).toFixed(1)} standard deviations.`,
    event,
  );
  const bars = barsOf(regression.series.map(({ value, quiet }) => ({ value, counts: quiet })));
  section.state(`By deployment, up to ${regression.series.at(-1)?.deployment}: ${bars}`, event);
  section.state(
    `The change point is the deployment ${regression.changePoint.deployment} of ${regression.changePoint.deployedAt}; it can be any of ${regression.candidates.map(({ deployment }) => deployment).join(', ')}.`,
    event,
  );
  for (const flag of regression.qualityFlags) section.state(`Of the figures: ${flag}.`, event);
  return section;
}

interface ProfileDiff {
  unit: string;
  functions: { id: string; before: number; after: number; delta: number; self_delta: number }[];
  total: number;
}

interface CallTree {
  callers: { id: string; share: number }[];
  callees: { id: string; share: number }[];
  chains: { frames: string[]; share: number }[];
}

async function profileChanges(inquiry: Inquiry): Promise<SectionBuilder> {
  const { regression, service, subject } = inquiry.finding;
  const section = new SectionBuilder('profile-changes', regression ? undefined : 'Where the cost flows');
  if (regression) {
    const { series, changePoint, environment } = regression;
    const split = series.findIndex(({ deployment }) => deployment === changePoint.deployment);
    const before = series.slice(0, split).findLast(({ quiet }) => quiet)?.deployment;
    const diff = await inquiry.ask<ProfileDiff>(section, 'profiling_diff_profiles', {
      service,
      environment,
      before_deployment: before,
      after_deployment: changePoint.deployment,
      limit: 15,
    });
    for (const { id, before: old, after, delta, self_delta: self } of diff?.result.functions ?? []) {
      if (delta <= 0) continue;
      const show = (value: number): string => (diff!.result.unit === 'cpu_share' ? percentage(value) : duration(value));
      section.state(
        `${id}: ${show(old)} → ${show(after)}, of which ${show(Math.max(0, self))} in its own code.`,
        diff!.citation,
      );
    }
  }
  const tree = await inquiry.ask<CallTree>(section, 'profiling_call_tree', { service, function: subject, limit: 8 });
  for (const { frames, share } of tree?.result.chains.slice(0, 3) ?? []) {
    if (share < SMALLEST_SHARE) continue;
    section.state(`${percentage(share)} of the CPU flows through ${frames.join(' → ')}.`, tree!.citation);
  }
  const callees = tree?.result.callees.slice(0, 8) ?? [];
  if (callees.length > 0) {
    const told = callees.map(({ id, share }) => `${id} ${percentage(share)}`).join(', ');
    section.state(`Below ${subject}: ${told}.`, tree!.citation);
  }
  return section;
}

async function rootCause(inquiry: Inquiry, { document }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('root-cause');
  const { event } = inquiry;
  const cause = document.rootCause;
  const ranking = {
    ...event,
    source: 'ranking of what the candidate deployments brought',
    trust: 'untrusted' as const,
  };
  if (cause.status === 'not-applicable') return section.state('An opportunity has no root cause.', event);
  if (cause.status === 'abstained')
    section.state(`No root cause is named (${cause.reason}): ${cause.message}`, ranking);
  else {
    for (const sentence of cause.evidence) section.state(sentence, ranking);
    const { lines, confidence } = cause;
    if (lines) section.state(`The growth is written in ${lines.path}, lines ${lines.start} to ${lines.end}.`, ranking);
    if (confidence !== undefined)
      section.state(`That this is right has a probability of ${percentage(confidence)}.`, ranking);
  }
  for (const [place, ranked] of document.ranked.slice(0, 3).entries()) {
    const factors = Object.entries(ranked.factors).map(([name, value]) => `${name} ${value.toFixed(2)}`);
    section.state(
      `Candidate ${place + 1}: ${ranked.kind} ${ranked.kind === 'commit' ? ranked.id.slice(0, 12) : ranked.id} of ${ranked.deployment}: score ${ranked.score.toFixed(2)} (${factors.join(', ')}).`,
      ranking,
    );
    for (const sentence of ranked.evidence?.for ?? []) section.state(`For it: ${sentence}`, ranking);
    for (const sentence of ranked.evidence?.against ?? []) section.state(`Against it: ${sentence}`, ranking);
    if (ranked.kind !== 'commit' || ranked.title === '') continue;
    section.quote(ranked.title, { title: `Title of ${ranked.id.slice(0, 12)}`, share: 0.2 }, ranking);
  }
  for (const note of document.notes) section.lacks(note);
  return section;
}

interface CodeRange {
  text: string;
  start_line: number;
  end_line: number;
  next_line?: number;
}

interface ChangeDiff {
  title: string;
  body: string;
  diff: string;
  diff_total: number;
}

async function code(inquiry: Inquiry, { document }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('code');
  const { repository, subject } = inquiry.finding;
  const { path, symbol } = parseFunctionId(subject);
  const ref = document.base?.commit;
  const range = await inquiry.ask<CodeRange>(section, 'code_read_range', { repository, path, symbol, ref });
  if (range) {
    const { text, start_line: start, end_line: end, next_line: next } = range.result;
    section.quote(
      text,
      {
        title: `${subject}, lines ${start} to ${end}${next ? ' and on' : ''}`,
        language: languageNameOf(path),
        share: 0.5,
      },
      range.citation,
    );
  }
  if (inquiry.finding.opportunity) await callersOf(inquiry, section, ref);
  const cause = document.rootCause.status === 'named' ? document.rootCause.cause : undefined;
  if (cause?.kind !== 'commit') return section;
  // The files of the growth: what else the commit did would only take their place.
  const paths = [...new Set([path, ...cause.symbols.map((id) => parseFunctionId(id).path)])].slice(0, MOST_DIFFED);
  for (const [place, each] of paths.entries()) {
    const change = await inquiry.ask<ChangeDiff>(section, 'code_diff_change', {
      repository,
      commit: cause.commit,
      path: each,
    });
    if (!change) continue;
    const { title, body, diff, diff_total: totalCharacters } = change.result;
    const name = cause.commit.slice(0, 12);
    const text = [title, body].filter(Boolean).join('\n\n');
    if (place === 0) section.quote(text, { title: `Message of ${name}`, share: 0.2 }, change.citation);
    if (diff === '') continue;
    section.quote(
      diff,
      { title: `What ${name} changed in ${each}`, language: 'diff', totalCharacters },
      change.citation,
    );
  }
  return section;
}

interface Deployments {
  deployments: { deployment: string; kind: string; deployed_at: string; commit?: string; settings: number }[];
  total: number;
}

interface ConfigurationChanges {
  changes: { at: string; author?: string; settings: { key: string; before: string | null; after: string | null }[] }[];
  total: number;
}

interface Experiments {
  experiments: { id: string; name: string; kind: string; exposure: { at: string }[] }[];
}

async function deployedMeanwhile(inquiry: Inquiry, { at }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('deployed-meanwhile');
  const { service, regression } = inquiry.finding;
  const end = Date.parse(at) + 1;
  const begin = Date.parse(regression?.candidates[0]?.deployedAt ?? at) - WINDOW_DAYS * DAY_MS;
  const window = { from: new Date(begin).toISOString(), to: new Date(end).toISOString() };
  const deployed = await inquiry.ask<Deployments>(section, 'changes_list_deployments', {
    service,
    ...window,
    limit: 20,
  });
  for (const { deployment, kind, deployed_at: when, commit, settings } of deployed?.result.deployments ?? []) {
    const what = kind === 'config' ? `${settings} settings` : `code ${commit?.slice(0, 12) ?? ''}`;
    section.state(`${deployment} at ${when}: ${what}.`, deployed!.citation);
  }
  const left = (deployed?.result.total ?? 0) - (deployed?.result.deployments.length ?? 0);
  if (left > 0) section.lacks(`${left} earlier deployments of the window; changes_list_deployments tells them.`);
  const changed = await inquiry.ask<ConfigurationChanges>(section, 'configuration_list_changes', {
    service,
    ...window,
  });
  for (const { at: when, author, settings } of changed?.result.changes ?? []) {
    const by = author ? ` by ${author}` : '';
    for (const { key, before, after } of settings.slice(0, 10)) {
      section.state(
        `${key} went from ${before ?? 'nothing'} to ${after ?? 'nothing'} at ${when}${by}.`,
        changed!.citation,
      );
    }
  }
  const active = await inquiry.ask<Experiments>(section, 'experiments_list_active', { service, ...window });
  for (const { id, name, kind, exposure } of active?.result.experiments ?? []) {
    const last = exposure.at(-1);
    section.state(
      `The ${kind} ${id} (${name}) was active${last ? `; its exposure changed last at ${last.at}` : ''}.`,
      active!.citation,
    );
  }
  return section;
}

async function owners(inquiry: Inquiry, { document }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('owners');
  const { repository, subject } = inquiry.finding;
  const { path, symbol } = parseFunctionId(subject);
  const found = await inquiry.ask<{ owners: { who: string; why: string }[] }>(section, 'code_find_owners', {
    repository,
    path,
    symbol,
  });
  for (const { who, why } of found?.result.owners ?? []) section.state(`${who}: ${why}.`, found!.citation);
  for (const { who, why } of document.reviewers)
    section.state(`To be asked for review: ${who}, ${why}.`, inquiry.event);
  return section;
}

interface SimilarCases {
  cases: { case_id: string; headline: string; why: string; state: string; outcome?: string; root_cause?: string }[];
}

async function similarCases(inquiry: Inquiry): Promise<SectionBuilder> {
  const section = new SectionBuilder('similar-cases');
  const { repository, service, subject, case: header } = inquiry.finding;
  const args = { repository, service, subject, except: header.caseId, limit: 5 };
  const found = await inquiry.ask<SimilarCases>(section, 'cases_find_similar', args);
  for (const each of found?.result.cases ?? []) {
    const outcome = each.outcome ? ` Outcome: ${each.outcome}.` : '';
    section.state(`${each.case_id} (${each.why}), ${each.state}: ${each.headline}${outcome}`, found!.citation);
  }
  if (found && section.isEmpty) section.lacks('No other case is like this one.');
  return section;
}

async function validation(inquiry: Inquiry, { minimumEffect }: ComposeInput): Promise<SectionBuilder> {
  const section = new SectionBuilder('validation');
  const { regression, opportunity, subject } = inquiry.finding;
  const { event } = inquiry;
  section.state(
    `The benchmark of the service costs at least ${percentage(minimumEffect)} less CPU per operation than the base, beyond the noise of the same code against itself.`,
    event,
  );
  section.state(
    'The tests of the repository pass on base and patch; returned values and log records stay as they are, but for what the skill declares.',
    event,
  );
  if (opportunity) {
    section.state(
      `At most the CPU that ${subject} takes now can be won; after the merge it is to take less per unit of work.`,
      event,
    );
  }
  if (regression) {
    section.state(
      `After the merge ${subject} is to come back towards ${costOf(regression.before, regression)}; ${costOf(regression.delta, regression)} are to be won.`,
      event,
    );
  }
  return section;
}

const SECTIONS: readonly (readonly [
  SectionName,
  (inquiry: Inquiry, input: ComposeInput) => Promise<SectionBuilder>,
])[] = [
  ['symptoms', symptoms],
  ['profile-changes', profileChanges],
  ['root-cause', rootCause],
  ['code', code],
  ['deployed-meanwhile', deployedMeanwhile],
  ['owners', owners],
  ['similar-cases', similarCases],
  ['pattern', pattern],
  ['resolved-before', resolvedBefore],
  ['validation', validation],
];
