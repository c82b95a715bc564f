import { HeadroomError } from '@headroom/contracts';
import type { ChangeIndex, TimeWindow } from '@headroom/indexes';
import { mergeStacks, readProfile, type PathMap, type Stacks } from '@headroom/profiling';
import { ToolError } from '../../tool.js';
import type { ListedProfile, ProfileSource } from '../profile.port.js';
import { deployedParts } from './deployed.parts.js';
import { PyroscopeApi, type PyroscopeApiOptions, type PyroscopeSeries } from './pyroscope.api.js';
import { selectorOf, type Selected } from './select.request.js';

/** Options of {@link PyroscopeSource}. */
export interface PyroscopeSourceOptions extends PyroscopeApiOptions {
  /** `<name>:<type>:<unit>:<period type>:<period unit>` */
  profileType: string;
  /** Labels that name the service, and if there are such, its environment, commit and deployment. */
  labels: {
    service: string;
    environment?: string | undefined;
    version?: string | undefined;
    deployment?: string | undefined;
  };
  /** Environment of what no label says it of. */
  environment: string;
  /** Services that are called otherwise there. */
  services: Readonly<Record<string, string>>;
  /** How far back to look where nobody says from when, hours. */
  lookBackHours: number;
  /** Where the files of a service lie in its repository. @default nowhere: no frame is first-party */
  pathMapOf?: ((service: string) => PathMap | undefined) | undefined;
  /** Deployments of services, which tell what no label tells. */
  changes?: ChangeIndex | undefined;
  /** @default the system's clock */
  now?: () => number;
}

/** A profile that Pyroscope would merge, and how it is asked for. */
export interface PyroscopeProfile extends ListedProfile {
  selected: Selected;
}

const HOUR_MS = 3_600_000;
/** Longest stretch of one query: what Pyroscope grants by default. */
const PIECE_MS = 24 * HOUR_MS;
/** Most of a window that is looked at: its end. */
const LONGEST_MS = 31 * PIECE_MS;
const CHANGES_BACK_MS = 30 * PIECE_MS;
/** Points of a series that one piece has. */
const POINTS = 240;
/** Profiles are pushed or scraped about so often, so a finer step says nothing more. */
const LEAST_STEP_SECONDS = 15;

/** Profiles in Grafana Pyroscope. What it has of a deployment in a window is one profile here. */
export class PyroscopeSource implements ProfileSource<PyroscopeProfile> {
  readonly name: string;
  readonly #api: PyroscopeApi;
  readonly #options: PyroscopeSourceOptions;

  constructor(options: PyroscopeSourceOptions) {
    this.#api = new PyroscopeApi(options);
    this.#options = options;
    this.name = `pyroscope ${this.#api.address}`;
  }

  async services(signal: AbortSignal = new AbortController().signal): Promise<string[]> {
    const { startMs, endMs } = this.#stretch({ from: '1970-01-01T00:00:00Z', to: '9999-12-31T00:00:00Z' });
    const { labels, services } = this.#options;
    const ours = new Map(Object.entries(services).map(([service, there]) => [there, service]));
    const found = await this.#api.labelValues(labels.service, startMs, endMs, signal);
    return found.map((there) => ours.get(there) ?? there).toSorted();
  }

  async profiles(
    service: string,
    window: TimeWindow,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<PyroscopeProfile[]> {
    const { labels, services, profileType, changes } = this.#options;
    const own = { [labels.service]: services[service] ?? service };
    const stretch = this.#stretch(window);
    const stepSeconds = Math.max(
      LEAST_STEP_SECONDS,
      Math.ceil(Math.min(stretch.endMs - stretch.startMs, PIECE_MS) / 1000 / POINTS),
    );
    const by = [labels.environment, labels.version, labels.deployment].filter((each) => each !== undefined);
    const series = await this.#series(
      { profileType, labelSelector: selectorOf(own), ...stretch },
      by,
      stepSeconds,
      signal,
    );
    const iso = (ms: number): string => new Date(ms).toISOString();
    const known = await changes?.changes(service, {
      from: iso(stretch.startMs - CHANGES_BACK_MS),
      to: iso(stretch.endMs),
    });
    const environmentOf = (group: PyroscopeSeries['labels']): string =>
      (labels.environment === undefined ? undefined : group[labels.environment]) || this.#options.environment;
    return series
      .flatMap((each) => {
        const environment = environmentOf(each.labels);
        const deployed = (known ?? []).filter((change) => change.environment === environment);
        const chosen = { ...own, ...Object.fromEntries(by.map((name) => [name, each.labels[name] ?? ''])) };
        return deployedParts(each, labels, deployed, { ...stretch, stepMs: stepSeconds * 1000 }).map((part) => ({
          service,
          environment,
          version: part.version,
          deployment: part.deployment,
          hostClass: 'unknown',
          startedAt: iso(part.startMs),
          endedAt: iso(part.endMs),
          unitOfWork: 'request',
          ...(profileType.split(':')[2] === 'nanoseconds' && { cpuSeconds: part.value / 1e9 }),
          selected: { profileType, labelSelector: selectorOf(chosen), startMs: part.startMs, endMs: part.endMs },
        }));
      })
      .toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  }

  async stacks(
    { service, selected }: PyroscopeProfile,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Stacks> {
    const pieces: Stacks[] = [];
    for (const piece of piecesOf(selected)) {
      const bytes = await this.pprof(piece, signal);
      if (bytes) pieces.push(await this.#read(service, bytes));
    }
    if (pieces.length > 0) return mergeStacks(pieces);
    throw new ToolError(
      `Grafana Pyroscope at ${this.#api.address} has no samples of ${service} in this window any more; ask for a later one.`,
    );
  }

  /** The pprof of a selection of at most a day; undefined where it has no sample. @throws ToolError */
  async pprof(selected: Selected, signal: AbortSignal): Promise<Uint8Array | undefined> {
    const bytes = await this.#api.profile(selected, signal);
    return bytes.length > 0 ? bytes : undefined;
  }

  /** How many services it has profiles of. For checks. @throws ToolError */
  async count(signal: AbortSignal): Promise<number> {
    return (await this.services(signal)).length;
  }

  async #series(
    selected: Selected,
    labels: readonly string[],
    stepSeconds: number,
    signal: AbortSignal,
  ): Promise<PyroscopeSeries[]> {
    const groups = new Map<string, PyroscopeSeries>();
    for (const piece of piecesOf(selected)) {
      for (const each of await this.#api.series(piece, { labels, stepSeconds }, signal)) {
        const key = JSON.stringify(labels.map((name) => each.labels[name] ?? ''));
        const points = [...(groups.get(key)?.points ?? []), ...each.points];
        groups.set(key, { labels: each.labels, points });
      }
    }
    return [...groups.values()];
  }

  async #read(service: string, bytes: Uint8Array): Promise<Stacks> {
    const name = `The profile of ${service} from Grafana Pyroscope at ${this.#api.address}`;
    const pathMap = this.#options.pathMapOf?.(service) ?? {};
    try {
      const fetchSource = () => Promise.resolve(undefined);
      return (await readProfile(bytes, { pathMap, fetchSource, format: 'pprof', name })).stacks;
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_PROFILE_INVALID') throw error;
      throw new ToolError(`${error.message.replace(/;[^;]*$/, '')}; ask again, or for a shorter window.`, {
        retryable: true,
        cause: error,
      });
    }
  }

  /** The part of a window that is looked at. */
  #stretch({ from, to }: TimeWindow): { startMs: number; endMs: number } {
    const endMs = Math.min(Date.parse(to), (this.#options.now ?? Date.now)());
    const asked = Date.parse(from);
    const earliest = endMs - (asked > 0 ? LONGEST_MS : this.#options.lookBackHours * HOUR_MS);
    return { startMs: Math.min(Math.max(asked, earliest), endMs - 1), endMs };
  }
}

/** Consecutive stretches of at most a day. */
function piecesOf(selected: Selected): Selected[] {
  const pieces: Selected[] = [];
  for (let startMs = selected.startMs; startMs < selected.endMs; startMs += PIECE_MS) {
    pieces.push({ ...selected, startMs, endMs: Math.min(startMs + PIECE_MS, selected.endMs) });
  }
  return pieces;
}
