import { HeadroomError } from '@headroom/contracts';

/** Whose code a frame is: the service's repository, a dependency, or the language runtime. */
export type FrameOrigin = 'first-party' | 'third-party' | 'runtime';

/** One commit that a deployment brought. */
export interface DeployedCommit {
  id: string;
  author?: string;
  message?: string;
}

/** A change of what runs, as announced by `change.deployed`. */
export interface DeploymentInput {
  /** Identity of the deployment, unique within the service. */
  id: string;
  /** `code`, `configuration`, or whatever else the publisher tells apart. */
  kind: string;
  /** When it became effective: an ISO 8601 instant with its zone. */
  deployedAt: string;
  /** What people call the running version; usually the commit. */
  version: string;
  commit?: string;
  previousCommit?: string;
  commits?: readonly DeployedCommit[];
  /** Configuration keys that changed. */
  configKeys?: readonly string[];
  repository?: string;
  /** Where it was rolled out; absent means everywhere. */
  environment?: string;
}

/** Cost of one function in one profile, absolute over the profile's window. */
export interface FunctionCostInput {
  /** `repo-relative/path.ts:qualified.name` for first-party code. */
  id: string;
  origin: FrameOrigin;
  /** CPU-seconds of all samples whose stack contains the function. */
  totalCpuSeconds: number;
  /** CPU-seconds of the samples in which it is the innermost frame. */
  selfCpuSeconds: number;
  /** Number of samples whose stack contains it; 0 when the publisher does not count them. */
  samples: number;
}

/** CPU-seconds of the samples in whose stack `caller` stands directly above `callee`. */
export interface CallEdgeInput {
  caller: string;
  callee: string;
  cpuSeconds: number;
}

/** One profile of one window of one process, reduced to costs. */
export interface ProfileInput {
  /** Identity of the event: a second one with the same id changes nothing. */
  eventId: string;
  /** Id of the deployment that was running. */
  deployment: string;
  environment: string;
  hostClass: string;
  /** Units of work done in the window; `null`, absent or 0 = not supplied. */
  units?: number | null;
  /** CPU-seconds of the process in the window; `null`, absent or 0 = not supplied. */
  cpuSeconds?: number | null;
  /** CPU of the rest of the host, mean cores over the window; `null` or absent = not supplied. */
  restOfHostCores?: number | null;
  /** ISO 8601 instants with their zone. */
  startedAt: string;
  endedAt: string;
  functions: readonly FunctionCostInput[];
  edges: readonly CallEdgeInput[];
}

/** A row of {@link Observation.functions}: id, origin, total and self nanoseconds, samples. */
export type FunctionRow = [id: string, origin: FrameOrigin, totalNs: number, selfNs: number, samples: number];

/** A row of {@link Observation.edges}: caller, callee, nanoseconds. */
export type EdgeRow = [caller: string, callee: string, ns: number];

/**
 * Everything measured of one deployment in one environment on one host class: sums over its profiles. Times are whole
 * nanoseconds, so that sums are exact and do not depend on the order in which profiles arrive.
 */
export interface Observation {
  environment: string;
  hostClass: string;
  /** Ids of the profiles that are in the sums, sorted. */
  profiles: string[];
  units: number;
  cpuNs: number;
  /** Sum of all self times: the denominator of shares where CPU is not supplied. */
  sampledNs: number;
  /** Profiles without units of work, and without process CPU. */
  withoutUnits: number;
  withoutCpu: number;
  /** The busiest window's rest-of-host cores among those that say; `null` when none says. */
  restOfHostCores: number | null;
  /** Profiles that do not say how busy the rest of the host was. */
  withoutRestOfHost: number;
  /** Sorted by id. */
  functions: FunctionRow[];
  /** Sorted by caller, then callee. */
  edges: EdgeRow[];
  /** Rows left out because they were tiny or too many, summed over profiles. */
  pruned: { functions: number; firstParty: number; edges: number };
}

/** A deployment with what was measured of it. */
export interface DeploymentRecord extends DeploymentInput {
  commits: readonly DeployedCommit[];
  configKeys: readonly string[];
  observations: Observation[];
}

/** What is remembered of a finding that was opened. */
export interface OpenedFinding {
  subject: string;
  environment: string;
  hostClass: string;
  metric: CostMetric;
  /** The change point as estimated when it was opened. */
  deployment: { id: string; deployedAt: string };
  delta: number;
  /** `delta` as a part of the service's cost before the change point. */
  shareOfService: number;
  /** Replicates after the change point when it was opened. */
  after: number;
  /** Location uncertainty in replicates to either side. */
  uncertainty: number;
  /** Frames of the chain, outermost first, and the grown callees. */
  related: string[];
  /** Growth of other functions that this finding accounts for, in the unit of the metric. */
  explained: Array<[id: string, delta: number]>;
}

/** `cpu-seconds-per-unit`, or `cpu-share` where CPU or units of work are not supplied. */
export type CostMetric = 'cpu-seconds-per-unit' | 'cpu-share';

/** Why a profile is not part of any sum. */
export type IgnoredReason = 'unknown-deployment' | 'retired-deployment' | 'enough-profiles';

/**
 * The detector's memory of one service: plain JSON, bounded by {@link RetentionOptions}, stored by the caller. Never
 * changed in place.
 */
export interface ServiceHistory {
  format: 1;
  service: string;
  /** Ordered by `deployedAt`, then id. */
  deployments: DeploymentRecord[];
  /** Profiles whose deployment has not been announced yet, by `startedAt`, then event id. */
  held: ProfileInput[];
  /** Ids of deployments dropped by retention, newest last. */
  retired: string[];
  /** The newest deployment dropped by retention: older ones that arrive later are not taken in. */
  horizon: { id: string; deployedAt: string } | null;
  /** The latest ignored profiles (bounded), by event id. */
  ignored: Array<{ eventId: string; reason: IgnoredReason }>;
  ignoredCounts: Record<IgnoredReason, number>;
  opened: OpenedFinding[];
}

/** Bounds of a {@link ServiceHistory}. */
export interface RetentionOptions {
  /** Deployments kept, newest first. More gives a longer baseline and a larger state. @default 64 */
  deployments: number;
  /** Profiles merged per deployment, environment and host class; further ones are ignored and counted. @default 256 */
  profilesPerDeployment: number;
  /** Profiles held for deployments not announced yet; beyond it the oldest is counted as unknown. @default 32 */
  heldProfiles: number;
  /** Functions and edges below this share of a profile's CPU are left out of it. Far under any threshold. @default 1e-4 */
  minShare: number;
  /** Most functions kept of one profile, dearest first. @default 2000 */
  functionsPerProfile: number;
  /** Most call edges kept of one profile, dearest first. @default 8000 */
  edgesPerProfile: number;
  /** Remembered ids of ignored profiles and of retired deployments. A repeat after that is counted again. @default 512 */
  rememberedIds: number;
}

/** The default bounds. */
export const defaultRetention = {
  deployments: 64,
  profilesPerDeployment: 256,
  heldProfiles: 32,
  minShare: 1e-4,
  functionsPerProfile: 2000,
  edgesPerProfile: 8000,
  rememberedIds: 512,
} satisfies RetentionOptions;

const NS_PER_SECOND = 1e9;

function byText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Order of deployments of a service: by the instant they became effective, then by id. */
export function compareDeployments(
  left: { id: string; deployedAt: string },
  right: { id: string; deployedAt: string },
): number {
  return Date.parse(left.deployedAt) - Date.parse(right.deployedAt) || byText(left.id, right.id);
}

/** An empty history of a service. */
export function emptyHistory(service: string): ServiceHistory {
  return {
    format: 1,
    service,
    deployments: [],
    held: [],
    retired: [],
    horizon: null,
    ignored: [],
    ignoredCounts: { 'unknown-deployment': 0, 'retired-deployment': 0, 'enough-profiles': 0 },
    opened: [],
  };
}

/**
 * Takes in a deployment. One that is known (by id) or older than what retention dropped changes nothing. Held profiles
 * that name it are merged.
 *
 * @throws HeadroomError `HEADROOM_DEPLOYMENT_INVALID` when `deployedAt` is not an ISO 8601 instant with its zone
 */
export function applyDeployment(
  history: ServiceHistory,
  deployment: DeploymentInput,
  retention: Partial<RetentionOptions> = {},
): ServiceHistory {
  requireInstant(deployment.deployedAt, 'deployedAt', 'HEADROOM_DEPLOYMENT_INVALID');
  if (history.deployments.some((known) => known.id === deployment.id)) return history;
  if (history.retired.includes(deployment.id)) return history;
  if (history.horizon && compareDeployments(deployment, history.horizon) <= 0) return history;

  const record: DeploymentRecord = {
    ...deployment,
    commits: deployment.commits ?? [],
    configKeys: deployment.configKeys ?? [],
    observations: [],
  };
  const deployments = [...history.deployments, record].sort(compareDeployments);
  const waiting = history.held.filter((profile) => profile.deployment === deployment.id);
  const held = history.held.filter((profile) => profile.deployment !== deployment.id);
  let next: ServiceHistory = { ...history, deployments, held };
  for (const profile of waiting) next = applyProfile(next, profile, retention);
  return retire(next, { ...defaultRetention, ...retention });
}

/**
 * Takes in a profile. A second one with the same event id changes nothing; several of one deployment are summed. One
 * whose deployment is unknown is held until that is announced.
 *
 * @throws HeadroomError `HEADROOM_PROFILE_INVALID` when a figure is negative or not finite, or a time is no instant
 */
export function applyProfile(
  history: ServiceHistory,
  profile: ProfileInput,
  retention: Partial<RetentionOptions> = {},
): ServiceHistory {
  const bounds = { ...defaultRetention, ...retention };
  requireValid(profile);
  if (history.ignored.some((entry) => entry.eventId === profile.eventId)) return history;
  if (history.retired.includes(profile.deployment)) {
    return ignore(history, profile.eventId, 'retired-deployment', bounds);
  }
  const index = history.deployments.findIndex((known) => known.id === profile.deployment);
  const record = history.deployments[index];
  if (record === undefined) return hold(history, profile, bounds);

  const position = record.observations.findIndex(
    (seen) => seen.environment === profile.environment && seen.hostClass === profile.hostClass,
  );
  const current = record.observations[position];
  if (record.observations.some((seen) => seen.profiles.includes(profile.eventId))) return history;
  if (current && current.profiles.length >= bounds.profilesPerDeployment) {
    return ignore(history, profile.eventId, 'enough-profiles', bounds);
  }
  const merged = current ? mergeObservations(current, observe(profile, bounds)) : observe(profile, bounds);
  const observations = [...record.observations.filter((seen) => seen !== current), merged].sort(
    (left, right) => byText(left.environment, right.environment) || byText(left.hostClass, right.hostClass),
  );
  return { ...history, deployments: history.deployments.with(index, { ...record, observations }) };
}

function hold(history: ServiceHistory, profile: ProfileInput, bounds: RetentionOptions): ServiceHistory {
  if (history.held.some((waiting) => waiting.eventId === profile.eventId)) return history;
  const held = [...history.held, profile].sort(
    (left, right) => Date.parse(left.startedAt) - Date.parse(right.startedAt) || byText(left.eventId, right.eventId),
  );
  const oldest = held[0];
  if (held.length <= bounds.heldProfiles || oldest === undefined) return { ...history, held };
  return ignore({ ...history, held: held.slice(1) }, oldest.eventId, 'unknown-deployment', bounds);
}

function ignore(
  history: ServiceHistory,
  eventId: string,
  reason: IgnoredReason,
  bounds: RetentionOptions,
): ServiceHistory {
  return {
    ...history,
    ignored: [...history.ignored, { eventId, reason }].slice(-bounds.rememberedIds),
    ignoredCounts: { ...history.ignoredCounts, [reason]: history.ignoredCounts[reason] + 1 },
  };
}

function retire(history: ServiceHistory, bounds: RetentionOptions): ServiceHistory {
  const surplus = history.deployments.length - bounds.deployments;
  if (surplus <= 0) return history;
  const gone = history.deployments.slice(0, surplus);
  const kept = history.deployments.slice(surplus);
  const newest = gone.at(-1);
  const oldestKept = kept[0];
  return {
    ...history,
    deployments: kept,
    retired: [...history.retired, ...gone.map((record) => record.id)].slice(-bounds.rememberedIds),
    horizon: newest ? { id: newest.id, deployedAt: newest.deployedAt } : history.horizon,
    // Once every deployment left is newer than its change point, a finding has no old level left to be confused with.
    opened: history.opened.filter((opened) => oldestKept && compareDeployments(opened.deployment, oldestKept) >= 0),
  };
}

function observe(profile: ProfileInput, bounds: RetentionOptions): Observation {
  const units = profile.units ?? 0;
  const cpuNs = toNs(profile.cpuSeconds ?? 0);
  const sampledNs = profile.functions.reduce((sum, row) => sum + toNs(row.selfCpuSeconds), 0);
  const floor = bounds.minShare * (cpuNs || sampledNs);

  const functions = mergeFunctions(
    profile.functions.map((row): FunctionRow => [
      row.id,
      row.origin,
      toNs(row.totalCpuSeconds),
      toNs(row.selfCpuSeconds),
      row.samples,
    ]),
  );
  const edges = mergeEdges(profile.edges.map((row): EdgeRow => [row.caller, row.callee, toNs(row.cpuSeconds)]));
  const keptFunctions = dearest(functions, (row) => row[2], floor, bounds.functionsPerProfile);
  const keptEdges = dearest(edges, (row) => row[2], floor, bounds.edgesPerProfile);
  const firstParty = (rows: FunctionRow[]) => rows.filter((row) => row[1] === 'first-party').length;
  return {
    environment: profile.environment,
    hostClass: profile.hostClass,
    profiles: [profile.eventId],
    units,
    cpuNs,
    sampledNs,
    withoutUnits: units > 0 ? 0 : 1,
    withoutCpu: cpuNs > 0 ? 0 : 1,
    restOfHostCores: profile.restOfHostCores ?? null,
    withoutRestOfHost: (profile.restOfHostCores ?? null) === null ? 1 : 0,
    functions: keptFunctions,
    edges: keptEdges,
    pruned: {
      functions: functions.length - keptFunctions.length,
      firstParty: firstParty(functions) - firstParty(keptFunctions),
      edges: edges.length - keptEdges.length,
    },
  };
}

function dearest<Row extends FunctionRow | EdgeRow>(
  rows: Row[],
  cost: (row: Row) => number,
  floor: number,
  most: number,
): Row[] {
  const large = rows.filter((row) => cost(row) >= floor);
  if (large.length <= most) return large;
  // A stable sort of rows that are sorted by id: ties fall the same way every time.
  const kept = new Set([...large].sort((left, right) => cost(right) - cost(left)).slice(0, most));
  return large.filter((row) => kept.has(row));
}

function mergeObservations(left: Observation, right: Observation): Observation {
  const known = [left.restOfHostCores, right.restOfHostCores].filter((cores) => cores !== null);
  return {
    environment: left.environment,
    hostClass: left.hostClass,
    profiles: [...left.profiles, ...right.profiles].sort(byText),
    units: left.units + right.units,
    cpuNs: left.cpuNs + right.cpuNs,
    sampledNs: left.sampledNs + right.sampledNs,
    withoutUnits: left.withoutUnits + right.withoutUnits,
    withoutCpu: left.withoutCpu + right.withoutCpu,
    restOfHostCores: known.length > 0 ? Math.max(...known) : null,
    withoutRestOfHost: left.withoutRestOfHost + right.withoutRestOfHost,
    functions: mergeFunctions([...left.functions, ...right.functions]),
    edges: mergeEdges([...left.edges, ...right.edges]),
    pruned: {
      functions: left.pruned.functions + right.pruned.functions,
      firstParty: left.pruned.firstParty + right.pruned.firstParty,
      edges: left.pruned.edges + right.pruned.edges,
    },
  };
}

/** A frame's origin must not depend on which profile came first: the most specific claim wins. */
const originRank = { 'first-party': 0, 'third-party': 1, runtime: 2 } satisfies Record<FrameOrigin, number>;

function mergeFunctions(rows: readonly FunctionRow[]): FunctionRow[] {
  const merged = new Map<string, FunctionRow>();
  for (const [id, origin, totalNs, selfNs, samples] of rows) {
    const seen = merged.get(id) ?? [id, origin, 0, 0, 0];
    const kept = originRank[origin] < originRank[seen[1]] ? origin : seen[1];
    merged.set(id, [id, kept, seen[2] + totalNs, seen[3] + selfNs, seen[4] + samples]);
  }
  return [...merged.values()].sort((left, right) => byText(left[0], right[0]));
}

function mergeEdges(rows: readonly EdgeRow[]): EdgeRow[] {
  const merged = new Map<string, Map<string, number>>();
  for (const [caller, callee, ns] of rows) {
    const callees = merged.get(caller) ?? new Map<string, number>();
    callees.set(callee, (callees.get(callee) ?? 0) + ns);
    merged.set(caller, callees);
  }
  return [...merged]
    .flatMap(([caller, callees]) => [...callees].map(([callee, ns]): EdgeRow => [caller, callee, ns]))
    .sort((left, right) => byText(left[0], right[0]) || byText(left[1], right[1]));
}

function toNs(seconds: number): number {
  return Math.round(seconds * NS_PER_SECOND);
}

function requireInstant(text: string, key: string, code: `HEADROOM_${string}`): void {
  if (/^\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text))) return;
  throw new HeadroomError(`${key} is ${JSON.stringify(text)}; give an ISO 8601 instant with its zone`, { code });
}

function requireValid(profile: ProfileInput): void {
  const code = 'HEADROOM_PROFILE_INVALID';
  requireInstant(profile.startedAt, 'startedAt', code);
  requireInstant(profile.endedAt, 'endedAt', code);
  const check = (value: number, key: string) => {
    if (Number.isFinite(value) && value >= 0) return;
    throw new HeadroomError(`${key} of profile ${profile.eventId} is ${value}; give a finite number of at least 0`, {
      code,
    });
  };
  check(profile.units ?? 0, 'units');
  check(profile.cpuSeconds ?? 0, 'cpuSeconds');
  check(profile.restOfHostCores ?? 0, 'restOfHostCores');
  for (const [index, row] of profile.functions.entries()) {
    check(row.totalCpuSeconds, `functions[${index}].totalCpuSeconds`);
    check(row.selfCpuSeconds, `functions[${index}].selfCpuSeconds`);
    check(row.samples, `functions[${index}].samples`);
  }
  for (const [index, row] of profile.edges.entries()) check(row.cpuSeconds, `edges[${index}].cpuSeconds`);
}
