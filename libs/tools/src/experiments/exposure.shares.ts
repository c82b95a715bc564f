import { messageOf } from '@headroom/contracts';
import type { TimeWindow } from '@headroom/indexes';
import type { ExperimentSource } from './experiments.port.js';

/** A change of the share of the traffic that an experiment or a flag is exposed to. */
export interface ExposureShares {
  /** Id of the experiment or flag. */
  key: string;
  /** ISO 8601. */
  changedAt: string;
  /** 0 to 1. */
  before: number;
  after: number;
}

/**
 * Changes of exposure on a service in a window whose shares are known, earliest first; what could not be looked up, a sentence each.
 * Never throws for a source that is away: that is a note.
 */
export async function exposureShares(
  sources: readonly ExperimentSource[],
  service: string,
  window: TimeWindow,
  signal: AbortSignal,
): Promise<{ changes: ExposureShares[]; notes: string[] }> {
  const asked = await Promise.allSettled(sources.map((each) => each.active(service, window, signal)));
  signal.throwIfAborted();
  const notes: string[] = [];
  const changes: ExposureShares[] = [];
  for (const answer of asked) {
    if (answer.status === 'rejected') {
      notes.push(`Changes of exposure could not be looked up: ${messageOf(answer.reason)}`);
      continue;
    }
    for (const { id, exposure } of answer.value.experiments) {
      const known = new Set<string>();
      for (const { at, before, after } of exposure) {
        if (before === undefined || after === undefined) continue;
        changes.push({ key: id, changedAt: at, before, after });
        known.add(at);
      }
      for (const { at } of exposure) {
        if (!known.has(at))
          notes.push(`The exposure of ${id} changed at ${at}; by how much is not known, so it is no candidate.`);
      }
    }
  }
  return { changes: changes.sort((a, b) => Date.parse(a.changedAt) - Date.parse(b.changedAt)), notes };
}
