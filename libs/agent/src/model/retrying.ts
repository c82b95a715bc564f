import { HeadroomError } from '@headroom/contracts';
import { backoffMs } from '@headroom/runtime';
import type { Clock } from '../ports.js';
import { explained, failureOf } from './failures.js';

/** Tries of one call; more would only spend what is left of the time. */
const MOST_TRIES = 10;
const FIRST_WAIT_MS = 1000;
const LARGEST_WAIT_MS = 60_000;

/** A call that did not work, and whether another follows. */
export interface FailedTry {
  number: number;
  message: string;
  waitMs: number;
}

/** What {@link withRetries} works with. */
export interface RetryOptions {
  clock: Clock;
  /** Draws the jitter, 0 to 1. */
  random: () => number;
  /** Ends waiting. */
  signal: AbortSignal;
  /** Milliseconds that are left for this call and its waits. */
  leftMs: () => number;
  /** Told before each wait. */
  onFailure: (failed: FailedTry) => void;
}

/**
 * Makes a call until it works: after what the endpoint asks for, else after a time that doubles, with jitter. Undefined where the
 * context is too long.
 * @throws HeadroomError `HEADROOM_MODEL_AWAY` (retryable) where waiting would take longer than is left, or nothing helped;
 * `HEADROOM_MODEL_KEY_REFUSED`, `HEADROOM_MODEL_REQUEST_REFUSED`
 */
export async function withRetries<Result>(
  attempt: (number: number) => Promise<Result>,
  { clock, random, signal, leftMs, onFailure }: RetryOptions,
): Promise<Result | undefined> {
  for (let number = 1; ; number++) {
    try {
      return await attempt(number);
    } catch (error) {
      signal.throwIfAborted();
      // What we threw ourselves says what it means.
      if (error instanceof HeadroomError) throw error;
      const failure = failureOf(error, clock.now());
      if (failure.kind === 'refused') throw failure.error;
      if (failure.kind === 'too-long') return undefined;
      const waitMs = failure.retryAfterMs ?? 0;
      const pauseMs = Math.max(
        waitMs + Math.round(random() * Math.min(1000, waitMs / 10)),
        waitMs > 0 ? 0 : backoffMs(number, FIRST_WAIT_MS, LARGEST_WAIT_MS, random),
      );
      if (number >= MOST_TRIES || pauseMs >= leftMs()) throw away(error, pauseMs);
      onFailure({ number, message: explained(error), waitMs: pauseMs });
      await clock.sleep(pauseMs, signal);
      signal.throwIfAborted();
    }
  }
}

function away(error: unknown, retryAfterMs: number): HeadroomError {
  const message = `The model does not answer (${explained(error)}); the case goes on from here when it does.`;
  const found = new HeadroomError(message, { code: 'HEADROOM_MODEL_AWAY', retryable: true, cause: error });
  // The runtime waits as long as an error says.
  return Object.assign(found, { retryAfterMs });
}
