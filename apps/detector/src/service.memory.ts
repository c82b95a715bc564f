import type { BlobRef, Change, HeadroomEvent, Measurement, Profile } from '@headroom/contracts';
import { applyDeployment, applyProfile, emptyHistory, type ServiceHistory } from '@headroom/detection';
import { edgeCosts, functionCosts, type Stacks } from '@headroom/profiling';

/** What the detector keeps of one service. Plain JSON, stored together with the input offsets. */
export interface ServiceMemory {
  history: ServiceHistory;
  /** Deployments as announced, for the findings that name them; by id. */
  changes: Record<string, Change>;
  /** Profiles by deployment. */
  profiles: Record<string, { ref: BlobRef; eventId: string; unitOfWork: string; endedAt: string }[]>;
  /** Busiest rest of the host that measurements reported, in cores, by deployment. */
  restOfHostCores: Record<string, number>;
  /** Opportunity cases that were opened. */
  admitted: string[];
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

/** Takes in how busy the rest of the host was while a deployment was measured. */
export function rememberQuality(memory: ServiceMemory, measurement: Measurement): ServiceMemory {
  const { deployment, quality } = measurement;
  if (deployment === undefined || !quality?.restOfHostCores?.length) return memory;
  const busiest = Math.max(memory.restOfHostCores[deployment] ?? 0, ...quality.restOfHostCores);
  return { ...memory, restOfHostCores: { ...memory.restOfHostCores, [deployment]: busiest } };
}

/** Takes in a profile with its stacks. */
export function rememberProfile(memory: ServiceMemory, event: HeadroomEvent<Profile>, stacks: Stacks): ServiceMemory {
  const { data } = event;
  const known = memory.profiles[data.deployment] ?? [];
  if (known.some((each) => each.eventId === event.id)) return memory;
  const cpuSeconds = data.cpuSeconds ?? 0;
  const work = { cpuSeconds: cpuSeconds || 1, units: 1 };
  const busiest = Math.max(data.restOfHostCores ?? -1, memory.restOfHostCores[data.deployment] ?? -1);
  const history = applyProfile(memory.history, {
    eventId: event.id,
    deployment: data.deployment,
    environment: data.environment,
    hostClass: data.hostClass,
    units: data.units ?? null,
    cpuSeconds: data.cpuSeconds ?? null,
    restOfHostCores: busiest < 0 ? null : busiest,
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
  const profile = { ref: data.profile, eventId: event.id, unitOfWork: data.unitOfWork, endedAt: data.endedAt };
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
