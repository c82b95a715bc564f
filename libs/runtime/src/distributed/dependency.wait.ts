import { HeadroomError, messageOf } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { pause } from '../delivery/abort.js';
import type { Dependency } from '../delivery/dependency.watch.js';

/** Told that a dependency is away and why, and, with undefined, that it answers. */
export type DependencyListener = (dependency: Dependency, problem: string | undefined) => void;

/** Options of {@link untilAnswering}. */
export interface DependencyWait {
  dependency: Dependency;
  logger: Logger;
  /** Ends the waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
  onAway?: DependencyListener;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Tries until a dependency answers: processes of one deployment start in any order. An outage is logged once.
 * @throws what `attempt` throws, unless that is retryable
 */
export async function untilAnswering<Result>(wait: DependencyWait, attempt: () => Promise<Result>): Promise<Result> {
  const { dependency, logger, signal = new AbortController().signal, onAway } = wait;
  let away = false;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      const result = await attempt();
      onAway?.(dependency, undefined);
      if (away) logger.info({ dependency }, 'dependency back');
      return result;
    } catch (error) {
      if (!(error instanceof HeadroomError) || !error.retryable) throw error;
      onAway?.(dependency, messageOf(error));
      if (!away) logger.warn({ dependency, err: error }, 'dependency away');
      away = true;
    }
    await pause(pauseMs, signal);
  }
}
