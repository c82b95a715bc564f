import type { Profile } from '@headroom/contracts';
import type { ProfileIndex, TimeWindow } from '@headroom/indexes';
import { decodeStacks, functionCosts } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';
import { ToolError } from '../tool.js';
import type { MetricAnswer, MetricListing, MetricQuery, MetricSeries, MetricValue } from './metrics.port.js';

/** Where the own metrics come from. */
export interface ProfileMetricsOptions {
  profiles: ProfileIndex;
  blobs: Pick<BlobStore, 'get'>;
}

/** Stacks that one query reads at most; above that every n-th profile is read, and that is said. */
const MAX_STACKS = 200;

interface OwnMetric {
  unit: string;
  about: string;
  of: (profile: Profile) => number | undefined;
}

const perUnit = ({ cpuSeconds, units }: Profile): number | undefined =>
  cpuSeconds === undefined || units === undefined ? undefined : cpuSeconds / units;
const cores = ({ cpuSeconds, startedAt, endedAt }: Profile): number | undefined =>
  cpuSeconds === undefined ? undefined : (cpuSeconds * 1000) / (Date.parse(endedAt) - Date.parse(startedAt));

const METRICS: Readonly<Record<string, OwnMetric>> = {
  'cpu-cores': { unit: 'cores', about: 'CPU that the process used', of: cores },
  'cpu-seconds-per-unit': { unit: 's', about: 'CPU per unit of work; of one function with function', of: perUnit },
  'cpu-share': {
    unit: '1',
    about: 'share of samples whose stack has the function; needs function',
    of: () => undefined,
  },
  'rest-of-host-cores': {
    unit: 'cores',
    about: 'CPU that the rest of the host used',
    of: (each) => each.restOfHostCores,
  },
  samples: { unit: '1', about: 'CPU samples behind a profile', of: (each) => each.samples },
  units: { unit: '1', about: 'units of work done', of: (each) => each.units },
};
const OF_FUNCTIONS = ['cpu-seconds-per-unit', 'cpu-share'];

/** What the recorded profiles of a service tell as series, a point a profile. */
export class ProfileMetrics {
  /** Names of what they tell, sorted. */
  readonly metrics = Object.keys(METRICS);
  readonly #profiles: ProfileIndex;
  readonly #blobs: Pick<BlobStore, 'get'>;

  constructor({ profiles, blobs }: ProfileMetricsOptions) {
    this.#profiles = profiles;
    this.#blobs = blobs;
  }

  async query(query: MetricQuery, signal: AbortSignal): Promise<MetricAnswer> {
    const { service, window, metric = '', function: subject } = query;
    const own = Object.hasOwn(METRICS, metric) ? METRICS[metric] : undefined;
    if (!own)
      throw new ToolError(`There is no metric "${metric}" of profiles; give one of ${this.metrics.join(', ')}.`);
    if (subject !== undefined && !OF_FUNCTIONS.includes(metric)) {
      throw new ToolError(
        `${metric} is of the whole process; leave function out, or ask for ${OF_FUNCTIONS.join(' or ')}.`,
      );
    }
    if (metric === 'cpu-share' && subject === undefined) {
      throw new ToolError('cpu-share is of one function; give function, such as src/search.ts:search.');
    }
    const found = await this.#found(service, window);
    const notes: string[] = [];
    const read = subject === undefined ? found : thinned(found, notes);
    const points: { profile: Profile; value: MetricValue }[] = [];
    for (const profile of read) {
      signal.throwIfAborted();
      const value = subject === undefined ? own.of(profile) : await this.#ofFunction(profile, metric, subject, notes);
      points.push({ profile, value: value ?? null });
    }
    if (points.some(({ value }) => value === null))
      notes.push('null: CPU or work was not supplied, or the profile is gone');
    if (subject !== undefined && points.every(({ value }) => value === 0)) {
      notes.push('no profile has this function: check its id with profiling_top_functions');
    }
    return {
      series: seriesOf(points),
      unit: own.unit,
      notes: [...new Set(notes)],
      partial: read.length < found.length,
      source: `profiles of ${service}`,
      trust: 'trusted',
    };
  }

  async list({ service, window }: { service: string; window: TimeWindow }): Promise<MetricListing> {
    const found = await this.#found(service, window);
    return {
      entries: Object.entries(METRICS).map(([metric, { unit, about }]) => ({ metric, unit, about })),
      labels: ['environment', 'host_class', 'process'],
      notes: [`${found.length} profiles in the window`],
      partial: false,
      source: `profiles of ${service}`,
      trust: 'trusted',
    };
  }

  async #found(service: string, window: TimeWindow): Promise<Profile[]> {
    const found = await this.#profiles.profiles(service, window);
    if (found.length > 0) return found;
    const services = await this.#profiles.services();
    if (services.includes(service)) {
      throw new ToolError(`There is no profile of ${service} from ${window.from} to ${window.to}; widen the window.`);
    }
    const known = services.length > 0 ? `known are ${services.slice(0, 10).join(', ')}` : 'no service has any yet';
    throw new ToolError(`There are no profiles of a service "${service}"; ${known}.`);
  }

  async #ofFunction(profile: Profile, metric: string, subject: string, notes: string[]): Promise<number | undefined> {
    const { cpuSeconds, units } = profile;
    const work = cpuSeconds === undefined || units === undefined ? undefined : { cpuSeconds, units };
    if (metric !== 'cpu-share' && !work) return undefined;
    try {
      const stacks = decodeStacks(await this.#blobs.get(profile.profile));
      const cost = functionCosts(stacks, work ?? { cpuSeconds: 1, units: 1 }).find(({ id }) => id === subject);
      return (metric === 'cpu-share' ? cost?.totalShare : cost?.total) ?? 0;
    } catch {
      notes.push('the stacks of a profile could not be read: its value is null');
      return undefined;
    }
  }
}

/** Every n-th profile, where there are too many to read. */
function thinned(found: Profile[], notes: string[]): Profile[] {
  const every = Math.ceil(found.length / MAX_STACKS);
  if (every <= 1) return found;
  notes.push(`every ${every}th of ${found.length} profiles was read; ask for a shorter window to have all`);
  return found.filter((_, index) => index % every === 0);
}

/** Hosts of different classes cannot be compared, so each has a series of its own. */
function seriesOf(points: readonly { profile: Profile; value: MetricValue }[]): MetricSeries[] {
  const series = new Map<string, MetricSeries>();
  for (const { profile, value } of points) {
    const { environment, hostClass, process } = profile;
    const labels = { environment, host_class: hostClass, ...(process === undefined ? {} : { process }) };
    const key = JSON.stringify(labels);
    const one: MetricSeries = series.get(key) ?? { labels, times: [], values: [] };
    one.times.push(Date.parse(profile.startedAt) / 1000);
    one.values.push(value);
    series.set(key, one);
  }
  return [...series.keys()].sort().map((key) => series.get(key)!);
}
