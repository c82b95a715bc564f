import type { BlobRef, Change, HeadroomEvent, Measurement, Profile } from '@headroom/contracts';
import { edgeCosts, functionCosts, type Stacks } from '@headroom/profiling';
import { applyDeployment, applyProfile, emptyHistory, type ServiceHistory } from './history.js';

/** What is kept of a profile beside its costs. */
export interface KnownProfile {
  ref: BlobRef;
  /** Commit that ran; absent in what was kept before it was. */
  version?: string;
  unitOfWork: string;
  endedAt: string;
  /** The event without its data: what a finding that it completes is caused by. */
  event: Omit<HeadroomEvent, 'data'>;
}

/** What the detector keeps of one service. Plain JSON, never changed in place: it is part of the stage's snapshots. */
export interface ServiceMemory {
  history: ServiceHistory;
  /** Deployments as announced, for the findings that name them; by id. */
  changes: Record<string, Change>;
  /** Profiles by deployment. */
  profiles: Record<string, KnownProfile[]>;
  /** CPU of the rest of the host as measurements reported it, in cores, by deployment. */
  restOfHostCores: Record<string, number>;
  /** Opportunity cases that were opened. */
  admitted: string[];
  /** Deployments that became known after a finding was opened beside them, by case, in the order in which they came. */
  late?: Record<string, string[]>;
  /** The last assessment that was published, by series, to publish changes only. */
  assessed: Record<string, string>;
}

/** The memory of a service that nothing is known of. */
export function emptyMemory(service: string): ServiceMemory {
  return { history: emptyHistory(service), changes: {}, profiles: {}, restOfHostCores: {}, admitted: [], assessed: {} };
}

/** Takes in a deployment. */
export function rememberChange(memory: ServiceMemory, change: Change): ServiceMemory {
  const history = applyDeployment(memory.history, {
    id: change.deployment,
    kind: change.kind,
    deployedAt: change.deployedAt,
    version: change.commit ?? change.deployment,
    environment: change.environment,
    ...(change.commit === undefined ? {} : { commit: change.commit }),
    ...(change.previousCommit === undefined ? {} : { previousCommit: change.previousCommit }),
    ...(change.repository === undefined ? {} : { repository: change.repository }),
    configKeys: (change.config ?? []).map((each) => each.key),
  });
  return forgetRetired({ ...memory, history, changes: { [change.deployment]: change, ...memory.changes } });
}

/** Mean over the windows of a measurement, by their length. */
function meanOverWindows({ windows }: Measurement, values: readonly number[]): number {
  const lengths = windows.startedAt.map(
    (start, index) => Date.parse(windows.endedAt[index] ?? start) - Date.parse(start),
  );
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total <= 0) return Math.max(...values);
  return values.reduce((sum, value, index) => sum + value * (lengths[index] ?? 0), 0) / total;
}

/** Takes in how busy the rest of the host was while a deployment was measured; of several reports the busiest counts. */
export function rememberQuality(memory: ServiceMemory, measurement: Measurement): ServiceMemory {
  const { deployment, quality } = measurement;
  if (deployment === undefined || !quality?.restOfHostCores?.length) return memory;
  const known = memory.restOfHostCores[deployment];
  const reported = meanOverWindows(measurement, quality.restOfHostCores);
  if (known !== undefined && known >= reported) return memory;
  return { ...memory, restOfHostCores: { ...memory.restOfHostCores, [deployment]: reported } };
}

/** The history to judge: a deployment is as busy as its profiles or its measurements say, whichever came first. */
export function judgedHistory({ history, restOfHostCores }: ServiceMemory): ServiceHistory {
  const deployments = history.deployments.map((deployment) => {
    const reported = restOfHostCores[deployment.id];
    if (reported === undefined) return deployment;
    const observations = deployment.observations.map((observation) => ({
      ...observation,
      restOfHostCores: Math.max(observation.restOfHostCores ?? 0, reported),
    }));
    return { ...deployment, observations };
  });
  return { ...history, deployments };
}

/** Takes in a profile with its stacks. */
export function rememberProfile(memory: ServiceMemory, event: HeadroomEvent<Profile>, stacks: Stacks): ServiceMemory {
  const { data } = event;
  const known = memory.profiles[data.deployment] ?? [];
  if (known.some((each) => each.event.id === event.id)) return memory;
  const cpuSeconds = data.cpuSeconds ?? 0;
  const work = { cpuSeconds: cpuSeconds || 1, units: 1 };
  const history = applyProfile(memory.history, {
    eventId: event.id,
    deployment: data.deployment,
    environment: data.environment,
    hostClass: data.hostClass,
    units: data.units ?? null,
    cpuSeconds: data.cpuSeconds ?? null,
    restOfHostCores: data.restOfHostCores ?? null,
    startedAt: data.startedAt,
    endedAt: data.endedAt,
    functions: functionCosts(stacks, work).map((cost) => ({
      id: cost.id,
      origin: cost.origin,
      totalCpuSeconds: cost.total,
      selfCpuSeconds: cost.self,
      samples: cost.totalSamples,
    })),
    edges: edgeCosts(stacks, work).map(({ caller, callee, cost }) => ({ caller, callee, cpuSeconds: cost })),
  });
  const { data: _data, ...envelope } = event;
  const { profile: ref, version, unitOfWork, endedAt } = data;
  const profile = { ref, version, unitOfWork, endedAt, event: envelope };
  return forgetRetired({
    ...memory,
    history,
    profiles: { ...memory.profiles, [data.deployment]: [...known, profile] },
  });
}

/** Keeps the by-deployment records as short as the history is. */
function forgetRetired(memory: ServiceMemory): ServiceMemory {
  const gone = new Set(memory.history.retired);
  if (gone.size === 0) return memory;
  const kept = <Value>(record: Record<string, Value>): Record<string, Value> =>
    Object.fromEntries(Object.entries(record).filter(([deployment]) => !gone.has(deployment)));
  return {
    ...memory,
    changes: kept(memory.changes),
    profiles: kept(memory.profiles),
    restOfHostCores: kept(memory.restOfHostCores),
  };
}
