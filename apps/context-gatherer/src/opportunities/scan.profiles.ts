import { HeadroomError, type Profile } from '@headroom/contracts';
import type { ProfileIndex } from '@headroom/indexes';
import { decodeStacks, mergeStacks, type Stacks } from '@headroom/profiling';
import type { BlobStore } from '@headroom/runtime';

/** Most profiles that are added together. */
const MOST = 16;
/** How far before the newest profile the others may lie. Milliseconds. */
const WITHIN_MS = 7 * 86_400_000;
const ALWAYS = { from: '2000-01-01T00:00:00Z', to: '2200-01-01T00:00:00Z' };

/** The newest profiles of a service, of the environment that the newest one is of; the newest first. */
export async function newestProfiles(index: ProfileIndex, service: string): Promise<Profile[]> {
  const all = (await index.profiles(service, ALWAYS)).toReversed();
  const [newest] = all;
  if (!newest) return [];
  const sinceMs = Date.parse(newest.startedAt) - WITHIN_MS;
  return all
    .filter(({ environment, startedAt }) => environment === newest.environment && Date.parse(startedAt) >= sinceMs)
    .slice(0, MOST);
}

/**
 * Cores that the profiled processes of the newest deployment used, added up; undefined where CPU time was not measured. Processes that
 * were never profiled are not counted.
 */
export function coresOf(profiles: readonly Profile[]): number | undefined {
  const processes = new Map<string, { cpuSeconds: number; seconds: number }>();
  for (const { deployment, process = '', cpuSeconds, startedAt, endedAt } of profiles) {
    if (deployment !== profiles[0]!.deployment || cpuSeconds === undefined) continue;
    const sum = processes.get(process) ?? { cpuSeconds: 0, seconds: 0 };
    sum.cpuSeconds += cpuSeconds;
    sum.seconds += (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
    processes.set(process, sum);
  }
  if (processes.size === 0) return undefined;
  return [...processes.values()].reduce((total, { cpuSeconds, seconds }) => total + cpuSeconds / seconds, 0);
}

/** The stacks of profiles, added together; one whose payload is no longer kept is left out. */
export async function mergedStacks(
  profiles: readonly Profile[],
  blobs: BlobStore,
  pause: () => Promise<void>,
): Promise<Stacks> {
  const read: Stacks[] = [];
  for (const { profile } of profiles) {
    await pause();
    try {
      read.push(decodeStacks(await blobs.get(profile)));
    } catch (error) {
      if (!(error instanceof HeadroomError) || error.code !== 'HEADROOM_BLOB_MISSING') throw error;
    }
  }
  return mergeStacks(read);
}
