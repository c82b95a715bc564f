import { HeadroomError } from '@headroom/contracts';
import { EXIT } from './output.js';

/** A terminal signals the whole process group, and what started us passes the same signal on: that is one signal. */
const SAME_SIGNAL_MS = 1000;

/** What SIGINT and SIGTERM ask for. */
export interface StopSignals {
  /** Aborts at the first one: stop in an orderly way. */
  stop: AbortSignal;
  /** Aborts at a later second one: hurry. */
  hurry: AbortSignal;
}

/**
 * Listens to SIGINT and SIGTERM from now on. A third one ends the process at once.
 * @param now milliseconds of a clock that only moves forward
 */
export function stopSignals(now: () => number = () => performance.now()): StopSignals {
  const stop = new AbortController();
  const hurry = new AbortController();
  let lastMs = -Infinity;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (now() - lastMs < SAME_SIGNAL_MS) return;
      lastMs = now();
      if (hurry.signal.aborted) process.exit(EXIT.failed);
      const reason = new HeadroomError(`Stopped by ${name}.`, { code: 'HEADROOM_STOPPED' });
      (stop.signal.aborted ? hurry : stop).abort(reason);
    });
  }
  return { stop: stop.signal, hurry: hurry.signal };
}
