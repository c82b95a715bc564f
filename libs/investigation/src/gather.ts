import { bounded } from '@headroom/figures';
import {
  HeadroomError,
  type Context,
  type Finding,
  type Regression,
  type RootCause,
  type Stop,
} from '@headroom/contracts';
import { isSourcePath, listSymbols, parseFunctionId, suggestSymbols } from '@headroom/source';
import { codeOwners, recentAuthors, type GitMirror, type Owner } from '@headroom/workspace';
import { addDependencies, collectCandidates, type CandidateSet, type ExperimentChange } from './candidates.js';
import type { DossierSections } from './dossier/dossier.js';
import { growthOf, type Growth, type MeasuredSides } from './growth.js';
import { untimed, type PartTimer } from './part.timer.js';
import { idOf, rankCandidates, titleOf, type RankedCandidate } from './ranking.js';
import { knownCommit, RepositoryReader } from './repository.reader.js';
import { decideRootCause } from './root.cause.js';
import { buildScene, readEffects, type Effects } from './scene.js';
import { weighingOf } from './weighing.js';
import type { SourceMemory } from './source.memory.js';
import { subjectSource, type SubjectSource } from './subject.js';

/** What the context of a case is gathered from. */
export interface GatherInput {
  /** Data of `finding.opened` or `finding.revised`. */
  finding: Finding;
  /** Profiles of both sides of the change point, for a regression; absent where none can be had. */
  profiles?: MeasuredSides;
  mirror: GitMirror;
  /** Branch that proposals are made against. */
  baseBranch: string;
  /** Team of the service, from its configuration: the owner where the repository names none. */
  team: string;
  /** What could not be looked up for it, a sentence each. @default none */
  notes?: readonly string[];
  /** Changes of exposure at any time; those outside of the change point's interval are set aside. @default none */
  experiments?: readonly ExperimentChange[];
  /** Source files that were parsed for other cases. @default none */
  sources?: SourceMemory;
  /** Told of each part of the work; some overlap. @default nobody */
  timed?: PartTimer;
}

/** Fields of `context.gathered` that need no blob. */
export type GatheredContext = Pick<Context, 'base' | 'rootCause' | 'ranked' | 'owners' | 'stopped'> & {
  function?: Omit<SubjectSource, 'source'>;
};

/** The whole record, as JSON: later stages tell the story of the case from it. */
export interface DossierDocument extends GatheredContext {
  format: 'headroom.dossier.v1';
  finding: Finding;
  /** Who should review a proposal: the author of the root cause, or the owners. */
  reviewers: Owner[];
  /** Growth of the subject as the profiles show it, CPU-seconds per unit of work (or share of CPU); for a regression. */
  growth?: { before: number; after: number; total: number; profiled: boolean };
  /** What ties each ranked change to the growth; same order as `ranked`. */
  observations: { id: string; owned: number; symbols: string[]; seen: { reason: string; share: number }[] }[];
  /** What could not be looked up. */
  notes: string[];
  /** Unified diff of the named cause at the files of the growth, cut at 64 KiB. Text of the repository: data, never instructions. */
  suspectDiff?: string;
  functionSource?: string;
  /** The dossier as its readers get it. */
  report?: DossierSections;
}

/** The gathered context of a case. */
export interface Dossier {
  context: GatheredContext;
  document: DossierDocument;
  /** Unified diff of the named commit. */
  suspectDiff?: string;
  /** Source of the subject on the base. */
  functionSource?: string;
}

const MAX_RANKED = 20;
const MAX_DIFF = 256 * 1024;
const MAX_DIFF_IN_DOCUMENT = 64 * 1024;

/**
 * Gathers the context of a case from its finding, its profiles and its repository: ranked causes, the suspect change, the code, the
 * owners. The same input always gives the same result. That a case cannot go on is a result (`context.stopped`).
 * @throws HeadroomError what {@link GitMirror} throws, when the mirror itself fails
 */
export async function gatherContext(input: GatherInput): Promise<Dossier> {
  const { finding, mirror, baseBranch, timed = untimed } = input;
  const commit = await knownCommit(mirror, baseBranch);
  if (commit === undefined) return unreadableBase(input);
  const base = { branch: baseBranch, commit };
  // Git follows the authors' lines while the changes are read here.
  const [cause, { subject, stopped, owners }] = await Promise.all([
    finding.regression ? investigate(input) : undefined,
    subjectAndOwners(input, commit),
  ]);
  const rootCause: RootCause = cause?.rootCause ?? { status: 'not-applicable' };
  const suspectDiff = await timed('suspect diff', () => diffOf(rootCause, mirror));
  const context: GatheredContext = {
    base,
    rootCause,
    ranked: (cause?.ranked ?? []).slice(0, MAX_RANKED).map((each, index) => rankedRecord(each, index)),
    owners,
    ...(subject ? { function: withoutSource(subject) } : {}),
    ...(stopped ? { stopped } : {}),
  };
  const document: DossierDocument = {
    format: 'headroom.dossier.v1',
    finding,
    ...context,
    reviewers: reviewersOf(rootCause, owners),
    ...(cause ? { growth: growthRecord(cause.growth) } : {}),
    observations: (cause?.ranked ?? []).slice(0, MAX_RANKED).map(observationRecord),
    notes: [...(input.notes ?? []), ...(cause?.set.notes ?? [])],
    ...(suspectDiff === undefined ? {} : { suspectDiff: cut(suspectDiff, MAX_DIFF_IN_DOCUMENT) }),
    ...(subject ? { functionSource: subject.source } : {}),
  };
  return {
    context,
    document,
    ...(suspectDiff === undefined ? {} : { suspectDiff }),
    ...(subject ? { functionSource: subject.source } : {}),
  };
}

function unreadableBase({ finding, mirror, baseBranch }: GatherInput): Dossier {
  const context: GatheredContext = {
    rootCause: finding.regression
      ? { status: 'abstained', reason: 'no-change-source', message: 'The base branch could not be read.' }
      : { status: 'not-applicable' },
    ranked: [],
    owners: [],
    stopped: {
      reason: 'base-branch-missing',
      message: bounded(
        `${mirror.location} has no branch ${baseBranch}. Correct the branch of the repository in the configuration.`,
        1000,
      ),
    },
  };
  return {
    context,
    document: { format: 'headroom.dossier.v1', finding, ...context, reviewers: [], observations: [], notes: [] },
  };
}

interface Investigation {
  rootCause: RootCause;
  ranked: RankedCandidate[];
  growth: Growth;
  set: CandidateSet;
}

async function investigate(input: GatherInput): Promise<Investigation> {
  const reader = new RepositoryReader(input.mirror, input.sources);
  try {
    return await investigateWith(input, reader);
  } finally {
    reader.close();
  }
}

async function investigateWith(
  { finding, mirror, profiles, experiments = [], timed = untimed }: GatherInput,
  reader: RepositoryReader,
): Promise<Investigation> {
  const regression = finding.regression!;
  const set = await timed('candidates', async () => {
    await reader.readKnown(namedCommits(regression));
    return await collectCandidates(regression, mirror, reader, experiments);
  });
  const changed = await timed('effects', () => readEffects(reader, set));
  addDependencies(set, changed.effects);
  const growth = await timed('growth', async () =>
    growthOf(finding.subject, regression, profiles, await idsAfter(reader, set, changed)),
  );
  const scene = await timed('scene', () => buildScene(reader, growth, { set, ...changed }, regression));
  for (const [commit, effect] of scene.effects) {
    if (effect.tooLarge)
      set.notes.push(`Commit ${commit.slice(0, 12)} is too large to be read; it could not be examined.`);
  }
  return await timed('ranking', async () => {
    const ranked = rankCandidates(scene, set.candidates);
    return { rootCause: decideRootCause(ranked, set, scene, regression), ranked, growth, set };
  });
}

/** The commits that a finding names. */
function namedCommits({ candidates, series, changePoint }: Regression): string[] {
  const deployed = [...candidates, changePoint].flatMap(({ commit, previousCommit }) => [commit, previousCommit]);
  return [...deployed, ...series.map(({ version }) => version)].filter((id) => id !== undefined);
}

/** The id that a function goes by after the candidates, whatever file or name it had before. */
async function idsAfter(
  reader: RepositoryReader,
  { before, head }: CandidateSet,
  { effects }: Effects,
): Promise<(id: string) => string> {
  const files = before && head ? await reader.filesBetween(before, head) : [];
  const paths = new Map(
    files.flatMap((file) => (file.status === 'renamed' ? [[file.oldPath!, file.path] as const] : [])),
  );
  const inNewFile = (id: string): string => {
    const colon = id.indexOf(':');
    const path = paths.get(id.slice(0, colon));
    return path === undefined ? id : path + id.slice(colon);
  };
  const moves = [...effects.values()].map((effect) => effect.moves);
  return (id) => inNewFile(moves.reduce((current, each) => each.get(current) ?? current, id));
}

async function subjectAndOwners(
  input: GatherInput,
  commit: string,
): Promise<{ subject?: SubjectSource; stopped?: Stop; owners: Owner[] }> {
  const { timed = untimed } = input;
  const found = await timed('subject', () => readSubject(input, commit));
  return { ...found, owners: await timed('authors', () => ownersOfSubject(input, commit, found.subject)) };
}

async function readSubject(
  { finding, mirror, baseBranch }: GatherInput,
  commit: string,
): Promise<{ subject?: SubjectSource; stopped?: Stop }> {
  const { path, symbol } = parseFunctionId(finding.subject);
  const text = isSourcePath(path) ? await mirror.readFile(commit, path) : undefined;
  const subject = text === undefined ? undefined : subjectSource(text, path, symbol);
  // A regression is worth telling even where its function is gone from the base meanwhile.
  if (!finding.opportunity) return subject ? { subject } : {};
  if (!subject) {
    const near = text === undefined ? [] : suggestSymbols(listSymbols(text, path), symbol);
    const hint = near.length > 0 ? ` Its closest names are ${near.join(', ')}.` : '';
    const problem =
      text === undefined
        ? `The branch ${baseBranch} has no source file ${path}.`
        : `${path} on the branch ${baseBranch} has no function ${symbol}.${hint}`;
    return { stopped: { reason: 'subject-not-found', message: bounded(problem, 2000) } };
  }
  if (subject.contentHash !== finding.opportunity.subjectContent) {
    const message = `${finding.subject} changed on the branch ${baseBranch} after it was asked for. Ask again for the code as it is now.`;
    return { subject, stopped: { reason: 'subject-changed', message: bounded(message, 2000) } };
  }
  return { subject };
}

async function ownersOfSubject(
  { finding, mirror, team }: GatherInput,
  commit: string,
  subject: SubjectSource | undefined,
): Promise<Owner[]> {
  const { path } = parseFunctionId(finding.subject);
  const listed = await codeOwners(mirror, commit, path);
  const authors = subject ? await recentAuthors(mirror, commit, subject) : [];
  const known = new Set(listed.map((owner) => owner.who));
  const owners = [...listed, ...authors.filter((author) => !known.has(author.who))];
  return owners.length > 0 ? owners : [{ who: team, why: 'team of the service' }];
}

/** A regression goes to who made the change, an opportunity to who owns the code; at most two are asked. */
function reviewersOf(rootCause: RootCause, owners: readonly Owner[]): Owner[] {
  if (rootCause.status === 'named' && 'author' in rootCause.cause) {
    const { author, commit } = rootCause.cause;
    return [{ who: author.email || author.name, why: `author of ${commit.slice(0, 12)}, the root cause` }];
  }
  return owners.slice(0, 2);
}

async function diffOf(rootCause: RootCause, mirror: GitMirror): Promise<string | undefined> {
  if (rootCause.status !== 'named' || !('commit' in rootCause.cause)) return undefined;
  const { commit } = rootCause.cause;
  const [info] = await mirror.commitsBetween(undefined, commit, 1);
  try {
    return cut(await mirror.diff(info?.parents[0], commit), MAX_DIFF);
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'HEADROOM_GIT_OUTPUT_TOO_LARGE') return undefined;
    throw error;
  }
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}\n[cut after ${limit} characters]\n` : text;
}

function withoutSource({ path, startLine, endLine, contentHash }: SubjectSource): Omit<SubjectSource, 'source'> {
  return { path, startLine, endLine, contentHash };
}

function growthRecord({ before, after, total, profiled }: Growth): DossierDocument['growth'] {
  return { before, after, total, profiled };
}

function rankedRecord(ranked: RankedCandidate, place: number): Context['ranked'][number] {
  const { candidate, score, factors } = ranked;
  return {
    kind: candidate.kind,
    id: idOf(ranked),
    title: bounded(titleOf(ranked), 200),
    deployment: candidate.deployment,
    score,
    factors: { ...factors },
    ...(place < 3 ? { evidence: weighingOf(ranked) } : {}),
  };
}

function observationRecord(ranked: RankedCandidate): DossierDocument['observations'][number] {
  const { owned, symbols, observations } = ranked;
  return { id: idOf(ranked), owned, symbols: symbols.slice(0, 50), seen: observations.slice(0, 10) };
}
