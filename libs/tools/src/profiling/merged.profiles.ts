import { mergeStacks, type ProcessWork, type Stacks } from '@headroom/profiling';
import { suggestNames } from '@headroom/source';
import { z } from 'zod';
import { ToolError } from '../tool.js';
import { windowOf } from '../window.js';
import type { ListedProfile, ProfileSource } from './profile.port.js';

/** Most profiles that are added together for one answer, the newest ones. */
const MOST_MERGED = 48;

/** Which profiles are meant. */
export interface Selection {
  service: string;
  deployment?: string | undefined;
  environment?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

/** In what costs are told: CPU-seconds per unit of work, or shares of CPU where CPU or work was not supplied. */
export const costUnit = z.enum(['cpu_seconds_per_unit', 'cpu_share']);

/** Profiles added together. */
export interface MergedProfiles {
  profiles: ListedProfile[];
  /** How many there are in all; more than `profiles` where there were too many to be added. */
  total: number;
  stacks: Stacks;
  work: ProcessWork;
  unit: z.output<typeof costUnit>;
  window: { from: string; to: string };
}

/** A source has no profile that is meant. */
export class NothingFound extends ToolError {
  /** Where the service itself has no profile: the services that have some. */
  readonly others: readonly string[] | undefined;

  constructor(message: string, others?: readonly string[]) {
    super(message);
    this.others = others;
  }
}

/**
 * What the first source says that has the profiles which are meant.
 * @throws ToolError where none has; whatever a source throws that cannot say whether it has
 */
export async function inFirst<Result, Source extends ProfileSource>(
  sources: readonly Source[],
  service: string,
  look: (source: Source) => Promise<Result>,
): Promise<Result> {
  const misses: NothingFound[] = [];
  const known = (): NothingFound | undefined => misses.find(({ others }) => others === undefined);
  for (const source of sources) {
    try {
      return await look(source);
    } catch (error) {
      if (!(error instanceof NothingFound)) throw known() ?? error;
      misses.push(error);
    }
  }
  throw known() ?? unknownService(service, misses.flatMap(({ others = [] }) => others).toSorted());
}

/**
 * The profiles of a selection, earliest first.
 * @throws NothingFound for a service that has none, naming those that do; where the selection is empty, saying what there is
 */
export async function selectProfiles<Each extends ListedProfile>(
  source: ProfileSource<Each>,
  selection: Selection,
  signal?: AbortSignal,
): Promise<Each[]> {
  const { service, deployment, environment } = selection;
  const window = windowOf(selection);
  const found = await source.profiles(service, window, signal);
  const chosen = found.filter(
    (each) =>
      (deployment === undefined || each.deployment === deployment) &&
      (environment === undefined || each.environment === environment),
  );
  if (chosen.length > 0) return chosen;
  throw await nothingFound(source, selection, found, signal);
}

async function nothingFound(
  source: ProfileSource,
  selection: Selection,
  inWindow: readonly ListedProfile[],
  signal: AbortSignal | undefined,
): Promise<NothingFound> {
  const { service, deployment } = selection;
  const services = await source.services(signal);
  if (!services.includes(service)) return unknownService(service, services);
  const all = inWindow.length > 0 ? inWindow : await source.profiles(service, windowOf({}), signal);
  const deployments = [...new Set(all.map((each) => each.deployment))];
  const span = `${all.length} profiles of ${service} from ${all[0]?.startedAt} to ${all.at(-1)?.endedAt}`;
  const of = deployment === undefined ? 'in this window' : `of the deployment ${deployment.slice(0, 100)}`;
  return new NothingFound(
    `There is no profile ${of}; there are ${span}, of the deployments ${deployments.slice(-8).join(', ')}.`,
  );
}

function unknownService(service: string, services: readonly string[]): NothingFound {
  const near = suggestNames(services, service);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : `there are profiles of ${services.slice(0, 10).join(', ') || 'none'}.`;
  return new NothingFound(`There are no profiles of a service "${service.slice(0, 100)}"; ${hint}`, services);
}

/** Adds the profiles of a selection together. */
export async function mergedProfiles(
  source: ProfileSource,
  selection: Selection,
  signal?: AbortSignal,
): Promise<MergedProfiles> {
  const all = await selectProfiles(source, selection, signal);
  const profiles = all.slice(-MOST_MERGED);
  const stacks = mergeStacks(await Promise.all(profiles.map((each) => source.stacks(each, signal))));
  const isComplete = profiles.every(({ cpuSeconds, units }) => cpuSeconds !== undefined && units !== undefined);
  const sum = (of: (profile: ListedProfile) => number | undefined): number =>
    profiles.reduce((total, each) => total + (of(each) ?? 0), 0);
  const work = isComplete
    ? { cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds), units: sum(({ units }) => units) }
    : { cpuSeconds: 1, units: 1 };
  const window = { from: profiles[0]!.startedAt, to: profiles.at(-1)!.endedAt };
  const unit = isComplete ? 'cpu_seconds_per_unit' : 'cpu_share';
  return { profiles, total: all.length, stacks, work, unit, window };
}

/**
 * The id of a function of the profiles: as it is given, or by its name where only one has that.
 * @throws ToolError where there is none, or more than one
 */
export function functionIn(stacks: Stacks, wanted: string): string {
  const ids = stacks.frames.map(({ id }) => id);
  if (ids.includes(wanted)) return wanted;
  const named = ids.filter((id) => id.slice(id.lastIndexOf(':') + 1) === wanted);
  if (named.length === 1) return named[0]!;
  if (named.length > 1)
    throw new ToolError(`Several functions are called ${wanted}: ${named.slice(0, 5).join(', ')}; give one of these.`);
  const names = new Map(ids.map((id) => [wanted.includes(':') ? id : id.slice(id.lastIndexOf(':') + 1), id]));
  const near = suggestNames([...names.keys()], wanted).map((name) => names.get(name));
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : 'profiling_top_functions lists those that are.';
  throw new ToolError(`No function ${wanted.slice(0, 200)} is in these profiles; ${hint}`);
}
