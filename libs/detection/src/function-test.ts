import { type RiseScan, type Split, scanForRise } from './change-point.js';
import { type OpenedFinding, compareDeployments } from './history.js';
import type { AssessOptions } from './options.js';
import { type FunctionSeries, type MeasuredDeployment, type ServiceSeries, samplingSd } from './series.js';
import { benjaminiHochberg } from './student-t.js';

/** One function's scan. `start` is the first replicate of its baseline. */
export interface FunctionTest {
  id: string;
  start: number;
  /** Cost per replicate from `start` on, in the metric. */
  values: number[];
  scan: RiseScan;
  q: number;
  /** Mean cost of the service before the change point. */
  serviceBefore: number;
}

/** A function that still may be a finding. */
export type Passing = FunctionTest & { split: Split };

/**
 * Scans every first-party function of a series. A function that is the subject of an opened finding is scanned from that
 * change point on; growth that opened findings explain is taken off first.
 *
 * @returns most convincing first
 */
export function testFunctions(
  series: ServiceSeries,
  functions: ReadonlyMap<string, FunctionSeries>,
  opened: readonly OpenedFinding[],
  options: AssessOptions,
): FunctionTest[] {
  const { replicates } = series;
  const own = openedIn(series, opened);
  const service = replicates.map((replicate) => replicate.serviceCost);
  const tests: FunctionTest[] = [];
  for (const { id, origin, totals, samples } of functions.values()) {
    if (origin !== 'first-party') continue;
    const start = Math.max(0, ...own.filter((one) => one.subject === id).map((one) => positionOf(one, replicates)));
    const values = withoutExplained(id, totals, own, replicates).slice(start);
    // Equal values have no spread at all; a rise among them is still to be told from the last bit of a float.
    const level = Math.max(...totals);
    const floor = Math.max(samplingSd(replicates, samples, start), level * 1e-9);
    const scan = scanForRise(values, floor, options);
    tests.push({
      id,
      start,
      values,
      scan,
      q: 1,
      serviceBefore: mean(service.slice(start, start + (scan.best?.index ?? 0))),
    });
  }
  // Functions that were too small to be kept were looked at as well: none of them can pass, all of them count.
  const pruned = Math.max(0, ...replicates.map((replicate) => replicate.observation.pruned.firstParty));
  const adjusted = benjaminiHochberg(
    tests.map((test) => test.scan.p),
    tests.length + pruned,
  );
  for (const [index, test] of tests.entries()) test.q = adjusted[index] ?? 1;
  // The most convincing first: removed items are listed in this order.
  return tests.sort((left, right) => left.scan.p - right.scan.p || (left.id < right.id ? -1 : 1));
}

/** Opened findings that were made on this very series. */
export function openedIn(series: ServiceSeries, opened: readonly OpenedFinding[]): OpenedFinding[] {
  return opened.filter(
    (one) =>
      one.environment === series.environment && one.hostClass === series.hostClass && one.metric === series.metric,
  );
}

/** First replicate at or after the change point of an opened finding; the length when there is none yet. */
export function positionOf(opened: OpenedFinding, replicates: readonly MeasuredDeployment[]): number {
  const position = replicates.findIndex(({ record }) => compareDeployments(record, opened.deployment) >= 0);
  return position < 0 ? replicates.length : position;
}

function withoutExplained(
  id: string,
  totals: readonly number[],
  opened: readonly OpenedFinding[],
  replicates: readonly MeasuredDeployment[],
): number[] {
  const values = [...totals];
  for (const one of opened) {
    const delta = one.explained.find(([explained]) => explained === id)?.[1];
    if (delta === undefined) continue;
    for (let index = positionOf(one, replicates); index < values.length; index += 1) {
      values[index] = (values[index] ?? 0) - delta;
    }
  }
  return values;
}

/** Arithmetic mean; 0 of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
