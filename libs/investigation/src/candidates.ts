import type { DeploymentRef, Regression } from '@headroom/contracts';
import type { CommitInfo, GitMirror } from '@headroom/workspace';
import type { CommitEffect } from './commit.effect.js';
import type { RepositoryReader } from './repository.reader.js';

/** A change that may have caused a regression. */
export type Candidate = {
  /** Deployment that brought it. */
  deployment: string;
  /** 1 for the estimated change point, less for its neighbours. */
  proximity: number;
  /** False for deployments beside those that can be the change point: shown, never named. */
  eligible: boolean;
} & (
  | { kind: 'commit'; info: CommitInfo }
  | { kind: 'config'; key: string; before: string | null; after: string | null }
  | { kind: 'experiment'; key: string; before: number; after: number }
  | { kind: 'dependency'; package: string; from: string | null; to: string | null; info: CommitInfo }
);

/** A change of how much of the traffic an experiment or a feature flag is exposed to. */
export interface ExperimentChange {
  key: string;
  /** RFC 3339. */
  changedAt: string;
  /** Shares, 0 to 1. */
  before: number;
  after: number;
}

/** All candidates, and the states of the code that they lie between. */
export interface CandidateSet {
  candidates: Candidate[];
  /** Commit that ran before the first candidate deployment. */
  before?: string;
  /** Commit of the last candidate deployment. */
  head?: string;
  /** What could not be looked up, a sentence each. */
  notes: string[];
}

/** Most commits that are looked at where no deployment says what ran before. */
const HISTORY_LIMIT = 50;
const NEIGHBOUR = 0.5;
const OUTSIDE = 0.1;

/** Collects the commits and configuration keys of the candidate deployments, and of the two beside them. */
export async function collectCandidates(
  regression: Regression,
  mirror: GitMirror,
  reader: RepositoryReader,
  experiments: readonly ExperimentChange[] = [],
): Promise<CandidateSet> {
  const set: CandidateSet = { candidates: [], notes: [] };
  const versions = regression.series.map(({ deployment, version }) => ({ deployment, version }));
  const estimated = regression.candidates.findIndex((each) => each.deployment === regression.changePoint.deployment);
  const seen = new Set<string>();
  for (const [index, deployment] of regression.candidates.entries()) {
    const proximity = NEIGHBOUR ** Math.abs(codeSteps(regression.candidates, index, Math.max(0, estimated)));
    addConfig(set, deployment, proximity);
    if (deployment.kind !== 'code' || deployment.commit === undefined) continue;
    const previous = deployment.previousCommit ?? previousVersion(versions, deployment.deployment);
    await addRange(set, { mirror, reader, seen }, { deployment, previous, proximity, eligible: true });
  }
  addExperiments(set, regression, experiments);
  // Settings alone: the code that they meet is the one that was measured with them.
  set.head ??= await measuredCommit(regression, reader);
  await addNeighbours(set, { mirror, reader, seen }, regression, versions);
  return set;
}

/** Longest time between a deployment and a change of exposure that its measurements may show. Milliseconds. */
export const EXPOSURE_WINDOW_MS = 24 * 3_600_000;

/** Exposure that changed between the first deployment that can be the change point and a day after the last. */
function addExperiments(
  set: CandidateSet,
  { candidates, changePoint }: Regression,
  experiments: readonly ExperimentChange[],
): void {
  const times = candidates.map((each) => Date.parse(each.deployedAt));
  const [first, last] = [Math.min(...times) - EXPOSURE_WINDOW_MS, Math.max(...times) + EXPOSURE_WINDOW_MS];
  for (const { key, changedAt, before, after } of experiments) {
    const at = Date.parse(changedAt);
    if (!(at >= first && at <= last) || before === after) continue;
    const nearest = candidates.toSorted(
      (a, b) => Math.abs(Date.parse(a.deployedAt) - at) - Math.abs(Date.parse(b.deployedAt) - at),
    )[0]!;
    const proximity = nearest.deployment === changePoint.deployment ? 1 : NEIGHBOUR;
    set.candidates.push({
      kind: 'experiment',
      key,
      before,
      after,
      deployment: nearest.deployment,
      proximity,
      eligible: true,
    });
  }
}

/** Adds each package whose version a candidate commit changed as a candidate of its own. */
export function addDependencies(set: CandidateSet, effects: ReadonlyMap<string, CommitEffect>): void {
  for (const candidate of set.candidates.filter(({ kind }) => kind === 'commit')) {
    if (candidate.kind !== 'commit') continue;
    const { info, deployment, proximity, eligible } = candidate;
    for (const [name, { from, to }] of effects.get(info.commit)?.packages ?? []) {
      set.candidates.push({
        kind: 'dependency',
        package: name,
        from,
        to,
        info,
        deployment,
        proximity,
        eligible,
      });
    }
  }
}

async function measuredCommit(
  { series, changePoint }: Regression,
  reader: RepositoryReader,
): Promise<string | undefined> {
  const at = series.findIndex((point) => point.deployment === changePoint.deployment);
  const version = changePoint.commit ?? series.at(at)?.version;
  return version === undefined ? undefined : await reader.known(version);
}

interface Sources {
  mirror: GitMirror;
  reader: RepositoryReader;
  seen: Set<string>;
}

interface Range {
  deployment: Pick<DeploymentRef, 'deployment' | 'commit'>;
  previous: string | undefined;
  proximity: number;
  eligible: boolean;
}

/** How many deployments of code a candidate is away from the estimate: a change of settings is beside the code that it came to. */
function codeSteps(deployments: readonly DeploymentRef[], index: number, estimated: number): number {
  const between = index < estimated ? deployments.slice(index, estimated) : deployments.slice(estimated + 1, index + 1);
  return between.filter((each) => each.kind === 'code').length;
}

function addConfig(set: CandidateSet, deployment: DeploymentRef, proximity: number): void {
  for (const { key, before, after } of deployment.config ?? []) {
    set.candidates.push({
      kind: 'config',
      key,
      before,
      after,
      deployment: deployment.deployment,
      proximity,
      eligible: true,
    });
  }
}

function previousVersion(
  versions: readonly { deployment: string; version: string }[],
  deployment: string,
): string | undefined {
  const at = versions.findIndex((each) => each.deployment === deployment);
  return at > 0 ? versions[at - 1]!.version : undefined;
}

async function addRange(set: CandidateSet, { mirror, reader, seen }: Sources, range: Range): Promise<void> {
  const { deployment, previous, proximity, eligible } = range;
  const commit = deployment.commit === undefined ? undefined : await reader.known(deployment.commit);
  const exclusive = previous === undefined ? undefined : await reader.known(previous);
  if (commit === undefined || (previous !== undefined && exclusive === undefined)) {
    if (eligible) {
      const missing = commit === undefined ? deployment.commit : previous;
      set.notes.push(`Deployment ${deployment.deployment}: the repository has no commit ${missing}.`);
    }
    return;
  }
  if (exclusive === undefined) {
    set.notes.push(
      `Deployment ${deployment.deployment} does not say what ran before; its newest ${HISTORY_LIMIT} commits are looked at.`,
    );
  }
  const commits = await mirror.commitsBetween(exclusive, commit, exclusive === undefined ? HISTORY_LIMIT : undefined);
  for (const info of commits) {
    if (seen.has(info.commit)) continue;
    seen.add(info.commit);
    set.candidates.push({ kind: 'commit', info, deployment: deployment.deployment, proximity, eligible });
  }
  if (!eligible) return;
  set.before ??= exclusive ?? commits[0]?.parents[0];
  set.head = commit;
}

async function addNeighbours(
  set: CandidateSet,
  sources: Sources,
  regression: Regression,
  versions: readonly { deployment: string; version: string }[],
): Promise<void> {
  const names = new Set(regression.candidates.map((each) => each.deployment));
  const first = versions.findIndex((each) => names.has(each.deployment));
  const last = versions.findLastIndex((each) => names.has(each.deployment));
  if (first < 0) return;
  for (const at of [first - 1, last + 1]) {
    const [point, previous] = [versions[at], versions[at - 1]?.version];
    if (!point || previous === undefined || previous === point.version) continue;
    const deployment = { deployment: point.deployment, commit: point.version };
    await addRange(set, sources, { deployment, previous, proximity: OUTSIDE, eligible: false });
  }
}
