import type { CostMetric, DeploymentRecord, FrameOrigin, Observation, ServiceHistory } from './history.js';
import type { AssessOptions } from './options.js';

/** Why a measured deployment is not a replicate. */
export type SetAsideReason = 'busy-host' | 'too-few-samples' | 'no-work-figures' | 'no-cost';

/** A measured deployment in one series. */
export interface MeasuredDeployment {
  record: DeploymentRecord;
  observation: Observation;
  /** Position of the deployment among all deployments of the service. */
  position: number;
  /** `null` for a replicate. */
  setAside: SetAsideReason | null;
  /** The numbers that decided it. */
  compared: { value: number; limit: number } | null;
  /** The service's cost: CPU-seconds per unit of work, or 1 for shares. */
  serviceCost: number;
  /** Divide nanoseconds by this to get the metric. */
  divisor: number;
  /** Cost of one sample, in the metric; 0 where samples are not counted. */
  sampleCost: number;
}

/** All measured deployments of one service in one environment on one host class. */
export interface ServiceSeries {
  environment: string;
  hostClass: string;
  metric: CostMetric;
  /** Oldest first. */
  measured: MeasuredDeployment[];
  /** Those of `measured` that count, oldest first. */
  replicates: MeasuredDeployment[];
}

const NS_PER_SECOND = 1e9;

/** Splits a history by environment and host class, and decides which deployments count. */
export function seriesOf(history: ServiceHistory, options: AssessOptions): ServiceSeries[] {
  const groups = new Map<string, Array<Pick<MeasuredDeployment, 'record' | 'observation' | 'position'>>>();
  for (const [position, record] of history.deployments.entries()) {
    for (const observation of record.observations) {
      const key = JSON.stringify([observation.environment, observation.hostClass]);
      const group = groups.get(key) ?? [];
      group.push({ record, observation, position });
      groups.set(key, group);
    }
  }
  const ordered = [...groups].sort(([left], [right]) => (left < right ? -1 : 1));
  return ordered.flatMap(([, group]) => {
    const first = group[0]?.observation;
    if (!first) return [];
    const metric = metricOf(group, options);
    const measured = group.map((member) => measure(member, metric, options));
    const replicates = measured.filter((member) => member.setAside === null);
    return [{ environment: first.environment, hostClass: first.hostClass, metric, measured, replicates }];
  });
}

function hasWork(observation: Observation): boolean {
  return observation.withoutUnits === 0 && observation.withoutCpu === 0;
}

/** CPU per unit of work as soon as enough deployments have it; shares only where the figures are not supplied. */
function metricOf(group: readonly { observation: Observation }[], options: AssessOptions): CostMetric {
  const complete = group.filter(({ observation }) => hasWork(observation)).length;
  const enough = complete === group.length || complete >= options.minBefore + options.minAfter;
  return enough ? 'cpu-seconds-per-unit' : 'cpu-share';
}

function measure(
  member: Pick<MeasuredDeployment, 'record' | 'observation' | 'position'>,
  metric: CostMetric,
  options: AssessOptions,
): MeasuredDeployment {
  const { observation } = member;
  const perUnit = metric === 'cpu-seconds-per-unit';
  const allNs = observation.withoutCpu === 0 ? observation.cpuNs : observation.sampledNs;
  const divisor = perUnit ? observation.units * NS_PER_SECOND : allNs;
  const nsPerSample = sampleNs(observation);
  const samples = nsPerSample > 0 ? allNs / nsPerSample : Number.NaN;
  const verdict = setAside(observation, { perUnit, divisor, samples }, options);
  return {
    ...member,
    ...verdict,
    divisor,
    serviceCost: divisor > 0 ? allNs / divisor : 0,
    sampleCost: divisor > 0 ? nsPerSample / divisor : 0,
  };
}

function setAside(
  observation: Observation,
  figures: { perUnit: boolean; divisor: number; samples: number },
  options: AssessOptions,
): Pick<MeasuredDeployment, 'setAside' | 'compared'> {
  const cores = observation.restOfHostCores;
  if (cores !== null && cores > options.maxRestOfHostCores) {
    return { setAside: 'busy-host', compared: { value: cores, limit: options.maxRestOfHostCores } };
  }
  if (figures.perUnit && !hasWork(observation)) {
    return { setAside: 'no-work-figures', compared: { value: observation.units, limit: 0 } };
  }
  if (!(figures.divisor > 0)) return { setAside: 'no-cost', compared: { value: figures.divisor, limit: 0 } };
  if (figures.samples < options.minSamples) {
    return { setAside: 'too-few-samples', compared: { value: figures.samples, limit: options.minSamples } };
  }
  return { setAside: null, compared: null };
}

/** CPU nanoseconds that one sample stands for. */
function sampleNs(observation: Observation): number {
  let ns = 0;
  let samples = 0;
  for (const row of observation.functions) {
    if (row[4] === 0) continue;
    ns += row[2];
    samples += row[4];
  }
  return samples > 0 ? ns / samples : 0;
}

/** One function over the replicates of a series. */
export interface FunctionSeries {
  id: string;
  origin: FrameOrigin;
  /** Inclusive cost per replicate, in the metric; absent = 0. */
  totals: number[];
  /** Samples per replicate. */
  samples: number[];
}

/** Cost of every function in the given replicates, by id. */
export function functionSeries(replicates: readonly MeasuredDeployment[]): Map<string, FunctionSeries> {
  const all = new Map<string, FunctionSeries>();
  const zeros = Array.from({ length: replicates.length }, () => 0);
  for (const [index, { observation, divisor }] of replicates.entries()) {
    for (const [id, origin, totalNs, , count] of observation.functions) {
      let row = all.get(id);
      if (row === undefined) {
        row = { id, origin, totals: [...zeros], samples: [...zeros] };
        all.set(id, row);
      }
      row.totals[index] = totalNs / divisor;
      row.samples[index] = count;
      // The newest profile that has the function decides whose code it is.
      row.origin = origin;
    }
  }
  return all;
}

/**
 * Standard deviation that sampling alone gives a function's cost, as a root mean square over replicates. Each count is
 * taken one larger than seen, so that a function that was never sampled is not taken for one without noise.
 */
export function samplingSd(
  replicates: readonly MeasuredDeployment[],
  samples: readonly number[],
  from: number,
): number {
  let variance = 0;
  for (let index = from; index < replicates.length; index += 1) {
    const replicate = replicates[index];
    if (!replicate) continue;
    const { sampleCost, serviceCost } = replicate;
    const count = (samples[index] ?? 0) + 1;
    const share = serviceCost > 0 ? Math.min(1, (count * sampleCost) / serviceCost) : 0;
    variance += sampleCost * sampleCost * count * (1 - share);
  }
  return Math.sqrt(variance / Math.max(1, replicates.length - from));
}
