import { GrowthGraph } from './call-graph.js';
import { costShift, filterTests, leastGrowth, sameShift, setAsideRemovals } from './filters.js';
import { type Finding, type FindingContext, describeFinding, memoryOf } from './finding.js';
import { type Regressed, foldRegressed } from './folding.js';
import { type Passing, openedIn, positionOf, testFunctions } from './function-test.js';
import { type FilterCount, Funnel } from './funnel.js';
import type { CostMetric, OpenedFinding, ServiceHistory } from './history.js';
import { type AssessOptions, defaultAssessOptions } from './options.js';
import { type ServiceSeries, functionSeries, seriesOf } from './series.js';

/**
 * How much a service can be judged: `collecting` (too few deployments measured), `noisy-machine` (enough measured, too
 * few of them on a quiet host), `watching`.
 */
export type ServiceStatus = 'collecting' | 'noisy-machine' | 'watching';

/** The verdict on one series. */
export interface SeriesAssessment {
  environment: string;
  hostClass: string;
  metric: CostMetric;
  status: ServiceStatus;
  counts: { deployments: number; measured: number; quiet: number; busy: number; needed: number };
  funnel: FilterCount[];
  findings: Finding[];
}

/** The verdict on a service. */
export interface Assessment {
  service: string;
  /** The best of its series: `watching` before `noisy-machine` before `collecting`. */
  status: ServiceStatus;
  series: SeriesAssessment[];
  /** New findings of all series; hand them to {@link rememberOpened}. */
  findings: Finding[];
  /** Profiles that could not be used, by reason, and those waiting for their deployment. */
  profiles: { held: number; ignored: ServiceHistory['ignoredCounts'] };
}

/**
 * Judges everything known of a service. Pure and repeatable: the same history gives the same answer, whatever the order
 * in which its events arrived. Findings that were opened before (see {@link rememberOpened}) are not given again.
 */
export function assess(history: ServiceHistory, overrides: Partial<AssessOptions> = {}): Assessment {
  const options = { ...defaultAssessOptions, ...overrides };
  const opened = [...history.opened];
  const series: SeriesAssessment[] = [];
  for (const one of seriesOf(history, options)) {
    const assessed = assessSeries(history, one, opened, options);
    series.push(assessed);
    // A shift seen on two host classes at one look is one finding.
    opened.push(...assessed.findings.map(memoryOf));
  }
  const statuses = new Set(series.map((one) => one.status));
  const order: ServiceStatus[] = ['watching', 'noisy-machine', 'collecting'];
  return {
    service: history.service,
    status: order.find((status) => statuses.has(status)) ?? 'collecting',
    series,
    findings: series.flatMap((one) => one.findings),
    profiles: { held: history.held.length, ignored: history.ignoredCounts },
  };
}

/**
 * Remembers findings as opened: the subject's series starts anew at the change point, and the growth that the finding
 * explains in other functions is taken off theirs.
 */
export function rememberOpened(history: ServiceHistory, findings: readonly Finding[]): ServiceHistory {
  if (findings.length === 0) return history;
  return { ...history, opened: [...history.opened, ...findings.map(memoryOf)] };
}

function assessSeries(
  history: ServiceHistory,
  series: ServiceSeries,
  opened: readonly OpenedFinding[],
  options: AssessOptions,
): SeriesAssessment {
  const needed = options.minBefore + options.minAfter;
  const { measured, replicates } = series;
  const enough = replicates.length >= needed;
  const head = {
    environment: series.environment,
    hostClass: series.hostClass,
    metric: series.metric,
    status: enough ? 'watching' : measured.length >= needed ? 'noisy-machine' : 'collecting',
    counts: {
      deployments: history.deployments.length,
      measured: measured.length,
      quiet: replicates.length,
      busy: measured.filter((member) => member.setAside === 'busy-host').length,
      needed,
    },
  } satisfies Omit<SeriesAssessment, 'funnel' | 'findings'>;
  const funnel = new Funnel(options.listedRemovals);
  funnel.count('replicates', measured.length, setAsideRemovals(measured));
  if (!enough) return { ...head, funnel: funnel.counts, findings: [] };

  const functions = functionSeries(replicates);
  const tests = testFunctions(series, functions, opened, options);
  const passing = filterTests(tests, series.metric, funnel, options);
  const context = { history, series, functions, options, tests: tests.length };
  const findings = foldAndMerge(context, passing, opened, funnel);
  return { ...head, funnel: funnel.counts, findings };
}

/** Fewest replicates between an earlier finding and a change point for the first to be kept out of the second's growth. */
const FEWEST_BETWEEN = 2;

/** The call graph's growth at a function's change point, clear of shifts that were opened before it. */
function graphsOf(series: ServiceSeries, opened: readonly OpenedFinding[]): (test: Passing) => GrowthGraph {
  const known = new Map<string, GrowthGraph>();
  const shifts = openedIn(series, opened).map((one) => positionOf(one, series.replicates));
  return (test) => {
    const at = test.start + test.split.index;
    const from = Math.max(test.start, ...shifts.filter((shift) => shift <= at - FEWEST_BETWEEN));
    const key = `${from}:${at}`;
    const graph = known.get(key) ?? new GrowthGraph(series.replicates.slice(from), at - from);
    known.set(key, graph);
    return graph;
  };
}

function foldAndMerge(
  context: FindingContext,
  passing: readonly Passing[],
  opened: readonly OpenedFinding[],
  funnel: Funnel,
): Finding[] {
  const { series, functions, options } = context;
  const graphOf = graphsOf(series, opened);
  const shiftContext = { functions, replicates: series.replicates };
  const grown = funnel.apply('cost-shift', passing, (test) => costShift(test, graphOf(test), shiftContext));
  const byId = new Map(grown.map((test) => [test.id, test]));
  const regressed = grown.map((test): Regressed => {
    const threshold = Math.max(leastGrowth(test, series.metric, options), options.minSds * test.split.sd);
    return { id: test.id, split: test.split, threshold, graph: graphOf(test) };
  });
  const folding = foldRegressed(regressed, {
    explainedPart: options.explainedPart,
    originOf: (id) => functions.get(id)?.origin,
  });
  const removals = folding.folded.map(({ item, into, explained }) => ({
    id: item.id,
    reason: 'explained-by-other-frame',
    compared: { into: into.join(', '), delta: item.split.delta, explained },
  }));
  funnel.count('folded', grown.length, removals);

  const findings = folding.roots.flatMap((root) => {
    const test = byId.get(root.measured.id);
    return test ? [describeFinding(context, root, test)] : [];
  });
  findings.sort((left, right) => right.delta - left.delta || (left.subject < right.subject ? -1 : 1));
  return funnel.apply('same-shift', findings, (finding) => sameShift(finding, series.replicates, opened, options));
}
