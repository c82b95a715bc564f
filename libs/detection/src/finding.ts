import { HeadroomError } from '@headroom/contracts';
import { type ChainFrame, type Root, type StopReason, growthPath } from './folding.js';
import { type Passing, mean } from './function-test.js';
import type { CostMetric, DeployedCommit, OpenedFinding, ServiceHistory } from './history.js';
import type { AssessOptions } from './options.js';
import type { FunctionSeries, MeasuredDeployment, ServiceSeries, SetAsideReason } from './series.js';

/** A point of the picture of a finding. */
export interface SeriesPoint {
  deployment: string;
  version: string;
  /** Cost of the measured function in the metric. */
  value: number;
  /** Whether it counted. */
  quiet: boolean;
  setAside: SetAsideReason | null;
  restOfHostCores: number | null;
}

/** A deployment that may have brought the shift. */
export interface CandidateDeployment {
  id: string;
  kind: string;
  version: string;
  commit?: string;
  previousCommit?: string;
  deployedAt: string;
  commits: readonly DeployedCommit[];
  configKeys: readonly string[];
  /** Whether it was measured and counted. */
  replicate: boolean;
}

/** What a reader must know before trusting the figures. */
export type QualityFlag =
  /** Some deployments do not say how busy the rest of the host was; they were taken as quiet. */
  | 'rest-of-host-not-supplied'
  /** CPU or units of work are not supplied: the figures are shares of all CPU, which also rise when others fall. */
  | 'share-of-cpu'
  /** No call edges are supplied: ancestors could not be folded. */
  | 'no-call-edges'
  /** Samples are not counted: noise from sampling is not in the standard deviation. */
  | 'samples-not-supplied'
  /** The subject did not pass by itself; the figures are those of `measuredFunction`, which it began to call more. */
  | 'measured-at-callee'
  /** The service's whole cost did not grow along: cost may have moved from elsewhere. */
  | 'service-cost-flat';

/** A confirmed rise of one function's cost. Costs are in `metric`: CPU-seconds per unit of work, or a share of CPU. */
export interface Finding {
  subject: string;
  /** The function whose series is shown and tested; differs from the subject only with `measured-at-callee`. */
  measuredFunction: string;
  service: string;
  environment: string;
  hostClass: string;
  metric: CostMetric;
  repository?: string;
  changePoint: {
    /** First deployment of the new level. */
    deployment: string;
    deployedAt: string;
    /** Its 0-based position in `series`. */
    index: number;
    version: string;
    previousDeployment: string;
    previousVersion: string;
  };
  /** Means of the measured function on both sides, without growth that earlier findings explain. */
  before: number;
  after: number;
  delta: number;
  /** `delta / before`; `null` for a function that was absent before. */
  relativeDelta: number | null;
  /** `delta` as a part of the service's cost before the change point. */
  shareOfService: number;
  /** Pooled standard deviation between deployments, not under the noise of sampling. */
  sd: number;
  /** `delta / sd`. */
  sds: number;
  t: number;
  degreesOfFreedom: number;
  /** One-sided p, the search over splits paid for. */
  p: number;
  /** Benjamini–Hochberg q over the service's first-party functions. */
  q: number;
  /** 0-based position in `series` where the level before begins: 0, or where an earlier finding of the subject began. */
  baselineIndex: number;
  counts: { before: number; after: number; splits: number; functions: number; setAside: number };
  /** Outermost first-party frame to the subject. */
  chain: ChainFrame[];
  /** Frames below the subject that took part of the growth, largest first, whoever's code they are. */
  grownCallees: ChainFrame[];
  /** Other regressed functions that this finding explains. */
  folded: string[];
  stop: StopReason;
  series: SeriesPoint[];
  /** Location uncertainty, in replicates to either side: 12·(sd/delta)², rounded. */
  uncertainty: number;
  /** Oldest first; always holds the change point, and unmeasured deployments between the two levels. */
  candidateDeployments: CandidateDeployment[];
  qualityFlags: QualityFlag[];
  /** Growth of other functions that this finding accounts for, remembered when it is opened. */
  explained: Array<[id: string, delta: number]>;
}

/** What is kept of a finding once it is opened. */
export function memoryOf(finding: Finding): OpenedFinding {
  return {
    subject: finding.subject,
    environment: finding.environment,
    hostClass: finding.hostClass,
    metric: finding.metric,
    deployment: { id: finding.changePoint.deployment, deployedAt: finding.changePoint.deployedAt },
    delta: finding.delta,
    shareOfService: finding.shareOfService,
    after: finding.counts.after,
    uncertainty: finding.uncertainty,
    related: [...finding.chain.map((frame) => frame.id), ...finding.grownCallees.map((frame) => frame.id)],
    explained: finding.explained,
  };
}

/** What a finding is described from. */
export interface FindingContext {
  history: ServiceHistory;
  series: ServiceSeries;
  functions: ReadonlyMap<string, FunctionSeries>;
  options: AssessOptions;
  /** Functions that were scanned. */
  tests: number;
}

/** Puts together everything a reader needs to judge one root. */
export function describeFinding(context: FindingContext, root: Root, test: Passing): Finding {
  const { history, series, functions, options } = context;
  const { split, scan, start } = test;
  const replicates = series.replicates.slice(start);
  const first = replicates[split.index];
  const previous = replicates[split.index - 1];
  const oldest = replicates[0];
  if (!first || !previous || !oldest) {
    throw new HeadroomError(`split ${split.index} of ${test.id} lies outside its ${replicates.length} replicates`, {
      code: 'HEADROOM_DETECTION_SPLIT',
    });
  }
  const path = growthPath(root, options.listedPart, (id) => functions.get(id)?.origin);
  const ratio = split.sd / split.delta;
  const uncertainty = Math.round(12 * ratio * ratio);
  return {
    subject: root.subject,
    measuredFunction: test.id,
    service: history.service,
    environment: series.environment,
    hostClass: series.hostClass,
    metric: series.metric,
    ...(first.record.repository === undefined ? {} : { repository: first.record.repository }),
    changePoint: {
      deployment: first.record.id,
      deployedAt: first.record.deployedAt,
      index: series.measured.indexOf(first),
      version: first.record.version,
      previousDeployment: previous.record.id,
      previousVersion: previous.record.version,
    },
    ...figuresOf(test),
    baselineIndex: series.measured.indexOf(oldest),
    counts: {
      before: split.index,
      after: scan.count - split.index,
      splits: scan.splits,
      functions: context.tests,
      setAside: series.measured.length - series.replicates.length,
    },
    chain: path.chain,
    grownCallees: path.grownCallees,
    folded: root.members.map((member) => member.id).filter((id) => id !== root.subject),
    stop: root.stop,
    series: pointsOf(series, test.id),
    uncertainty,
    candidateDeployments: candidatesOf(history, series, replicates, split.index, uncertainty),
    qualityFlags: flagsOf(root, test, series, replicates),
    explained: [...path.explained],
  };
}

type Figures =
  | 'before'
  | 'after'
  | 'delta'
  | 'relativeDelta'
  | 'shareOfService'
  | 'sd'
  | 'sds'
  | 't'
  | 'degreesOfFreedom'
  | 'p'
  | 'q';

function figuresOf({ split, scan, serviceBefore, q }: Passing): Pick<Finding, Figures> {
  const { before, after, delta, sd, t } = split;
  return {
    before,
    after,
    delta,
    relativeDelta: before > 0 ? delta / before : null,
    shareOfService: serviceBefore > 0 ? delta / serviceBefore : 0,
    sd,
    sds: delta / sd,
    t,
    degreesOfFreedom: scan.count - 2,
    p: scan.p,
    q,
  };
}

function pointsOf(series: ServiceSeries, id: string): SeriesPoint[] {
  return series.measured.map(({ record, observation, divisor, setAside }) => ({
    deployment: record.id,
    version: record.version,
    value: divisor > 0 ? (observation.functions.find((row) => row[0] === id)?.[2] ?? 0) / divisor : 0,
    quiet: setAside === null,
    setAside,
    restOfHostCores: observation.restOfHostCores,
  }));
}

/** Deployments after the last replicate that surely had the old level, up to the first that surely has the new one. */
export function candidatesOf(
  history: ServiceHistory,
  series: ServiceSeries,
  replicates: readonly MeasuredDeployment[],
  index: number,
  uncertainty: number,
): CandidateDeployment[] {
  const after = replicates[Math.max(0, index - uncertainty - 1)]?.position ?? -1;
  const until = replicates[Math.min(replicates.length - 1, index + uncertainty)]?.position ?? -1;
  const counted = new Set(replicates.map(({ record }) => record.id));
  return history.deployments
    .slice(after + 1, until + 1)
    .filter(({ environment }) => environment === undefined || environment === series.environment)
    .map((record) => ({
      id: record.id,
      kind: record.kind,
      version: record.version,
      ...(record.commit === undefined ? {} : { commit: record.commit }),
      ...(record.previousCommit === undefined ? {} : { previousCommit: record.previousCommit }),
      deployedAt: record.deployedAt,
      commits: record.commits,
      configKeys: record.configKeys,
      replicate: counted.has(record.id),
    }));
}

function flagsOf(
  root: Root,
  test: Passing,
  series: ServiceSeries,
  replicates: readonly MeasuredDeployment[],
): QualityFlag[] {
  const flags: QualityFlag[] = [];
  if (series.metric === 'cpu-share') flags.push('share-of-cpu');
  if (replicates.some(({ observation }) => observation.withoutRestOfHost > 0)) flags.push('rest-of-host-not-supplied');
  if (replicates.some(({ sampleCost }) => sampleCost === 0)) flags.push('samples-not-supplied');
  if (root.stop === 'no-call-edges') flags.push('no-call-edges');
  if (root.subject !== test.id) flags.push('measured-at-callee');
  const service = replicates.map((replicate) => replicate.serviceCost);
  const growth = mean(service.slice(test.split.index)) - mean(service.slice(0, test.split.index));
  if (series.metric === 'cpu-seconds-per-unit' && growth < test.split.delta / 2) flags.push('service-cost-flat');
  return flags;
}
