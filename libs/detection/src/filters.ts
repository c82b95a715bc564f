import type { GrowthGraph } from './call-graph.js';
import { splitSeries } from './change-point.js';
import type { Finding } from './finding.js';
import { type FunctionTest, type Passing, positionOf } from './function-test.js';
import type { Funnel, Removal } from './funnel.js';
import type { CostMetric, OpenedFinding } from './history.js';
import type { AssessOptions } from './options.js';
import type { FunctionSeries, MeasuredDeployment } from './series.js';

/** Measured deployments that do not count, and why. */
export function setAsideRemovals(measured: readonly MeasuredDeployment[]): Removal[] {
  return measured.flatMap(({ record, setAside, compared }) =>
    setAside === null ? [] : [{ id: record.id, reason: setAside, compared: { ...compared } }],
  );
}

/** Applies the rule, filter by filter, to scanned functions. */
export function filterTests(
  tests: readonly FunctionTest[],
  metric: CostMetric,
  funnel: Funnel,
  options: AssessOptions,
): Passing[] {
  const testable = funnel.apply('enough-history', tests, (test) => tooShort(test, options));
  const candidates = testable.flatMap((test): Passing[] =>
    test.scan.best ? [{ ...test, split: test.scan.best }] : [],
  );
  const significant = funnel.apply('significant', candidates, (test) => insignificant(test, options));
  const settled = funnel.apply('settled', significant, (test) => tooYoung(test, options));
  const large = funnel.apply('service-share', settled, (test) => tooSmall(test, metric, options));
  return funnel.apply('between-deployments', large, (test) => withinNoise(test, options));
}

function tooShort({ id, scan }: FunctionTest, options: AssessOptions): Removal | null {
  if (scan.best !== null) return null;
  const compared = { quiet: scan.count, needed: options.minBefore + options.minAfter };
  return { id, reason: 'too-few-quiet-deployments', compared };
}

function insignificant({ id, q, scan, split }: Passing, options: AssessOptions): Removal | null {
  const limit = options.falseDiscoveryRate;
  if (q <= limit && split.t > 0) return null;
  return { id, reason: 'false-discovery-rate', compared: { q, limit, p: scan.p, t: split.t, delta: split.delta } };
}

function tooYoung({ id, scan, split }: Passing, options: AssessOptions): Removal | null {
  if (scan.younger === null) return null;
  const after = scan.count - scan.younger.index;
  const compared = { after, needed: options.minAfter, t: scan.younger.t, earlierT: split.t };
  return { id, reason: 'too-few-quiet-deployments-after', compared };
}

function tooSmall(test: Passing, metric: CostMetric, options: AssessOptions): Removal | null {
  const limit = leastGrowth(test, metric, options);
  const { delta } = test.split;
  return delta >= limit ? null : { id: test.id, reason: 'too-small', compared: { delta, limit } };
}

function withinNoise({ id, split }: Passing, options: AssessOptions): Removal | null {
  const { delta, sd } = split;
  const limit = options.minSds * sd;
  return delta >= limit ? null : { id, reason: 'within-noise', compared: { delta, limit, sd, sds: delta / sd } };
}

/** Least growth that matters to the service, in the metric. */
export function leastGrowth(test: FunctionTest, metric: CostMetric, options: AssessOptions): number {
  return metric === 'cpu-share' ? options.minShareGrowth : options.minServiceShare * test.serviceBefore;
}

/** What a new function's growth is compared with. */
interface CostShiftContext {
  functions: ReadonlyMap<string, FunctionSeries>;
  replicates: readonly MeasuredDeployment[];
}

/** How far up the callers a cost may have moved: past that, the caller's own noise hides any single function. */
const DOMAIN_LEVELS = 3;

/**
 * Whether a function that was absent before only took over cost that was there already: renamed, moved or extracted
 * code. It did when the cost under a caller (or, where no caller is known, of the whole service, with a function that
 * lost as much) did not grow along: by at most a quarter of the function's cost, and surely less than half of it.
 */
export function costShift(test: Passing, graph: GrowthGraph, context: CostShiftContext): Removal | null {
  const { split, start } = test;
  if (split.before > 0) return null;
  const flat = (values: readonly number[], domain: string): Removal | null => {
    const change = splitSeries(values.slice(start), split.index, 0);
    const error = change.sd * Math.sqrt(1 / split.index + 1 / (values.length - start - split.index));
    if (change.delta > split.delta / 4 || change.delta + 1.645 * error > split.delta / 2) return null;
    const compared = { delta: split.delta, domain, domainDelta: change.delta, domainError: error };
    return { id: test.id, reason: 'moved-within-caller', compared };
  };

  let level = graph.grownCallers(test.id, 1);
  if (level.length === 0) {
    const donor = donorOf(test, context);
    const removal = flat(
      context.replicates.map((replicate) => replicate.serviceCost),
      'service',
    );
    if (donor === null || removal === null) return null;
    return { ...removal, reason: 'moved-within-service', compared: { ...removal.compared, donor } };
  }
  for (let depth = 0; depth < DOMAIN_LEVELS && level.length > 0; depth += 1) {
    const rows = level.flatMap((edge) => context.functions.get(edge.caller)?.totals ?? []);
    const length = context.replicates.length;
    const sums = Array.from({ length }, (_, index) =>
      level.reduce((sum, _edge, row) => sum + (rows[row * length + index] ?? 0), 0),
    );
    const removal = flat(sums, level.map((edge) => edge.caller).join(', '));
    if (removal) return removal;
    level = level.length === 1 && level[0] ? graph.grownCallers(level[0].caller, 1) : [];
  }
  return null;
}

/** A function that lost about what the new one costs. */
function donorOf(test: Passing, context: CostShiftContext): string | null {
  for (const { id, totals } of context.functions.values()) {
    if (-splitSeries(totals.slice(test.start), test.split.index, 0).delta >= 0.7 * test.split.delta) return id;
  }
  return null;
}

/** An opened finding of which this one is another look. */
export function sameShift(
  finding: Finding,
  replicates: readonly MeasuredDeployment[],
  opened: readonly OpenedFinding[],
  options: AssessOptions,
): Removal | null {
  const index = replicates.findIndex(({ record }) => record.id === finding.changePoint.deployment);
  for (const one of opened) {
    const related =
      one.subject === finding.subject ||
      one.related.includes(finding.subject) ||
      finding.chain.some((frame) => frame.id === one.subject);
    if (!related) continue;
    const distance = index - positionOf(one, replicates);
    const reach = Math.max(2, one.uncertainty, finding.uncertainty);
    if (distance < -reach || distance > Math.max(reach, one.after - 1)) continue;
    const ratio = finding.shareOfService / one.shareOfService;
    if (ratio > options.sameShiftFactor || ratio < 1 / options.sameShiftFactor) continue;
    return {
      id: finding.subject,
      reason: 'opened-before',
      compared: { opened: one.subject, at: one.deployment.id, distance, reach, ratio, factor: options.sameShiftFactor },
    };
  }
  return null;
}
