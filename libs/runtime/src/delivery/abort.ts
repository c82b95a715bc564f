import { HeadroomError } from '@headroom/contracts';
import type { AbortCause } from './subscription.js';

const WORDS = {
  revoked: 'the partition went to another member',
  shutdown: 'the runtime is shutting down',
  deadline: 'the time for this event is used up',
  'lease-lost': 'another worker took the event over',
  superseded: 'a person ended the case or began a new attempt',
} satisfies Record<AbortCause, string>;

/** Reason of an aborted delivery signal. */
export class DeliveryAborted extends HeadroomError {
  override readonly name = 'DeliveryAborted';
  readonly reason: AbortCause;

  constructor(reason: AbortCause) {
    super(`The delivery was aborted: ${WORDS[reason]}`, { code: 'HEADROOM_DELIVERY_ABORTED', retryable: true });
    this.reason = reason;
  }
}

/** The typed reason of an aborted signal; undefined when it has not fired, or for another reason. */
export function abortCauseOf(signal: AbortSignal): AbortCause | undefined {
  return signal.aborted && signal.reason instanceof DeliveryAborted ? signal.reason.reason : undefined;
}

/** Ends a delivery as parked; thrown by `park`, never counted as a failure. */
export class DeliveryParked extends Error {
  override readonly name = 'DeliveryParked';
  readonly reason: string;
  readonly details: string | undefined;
  readonly resumeAfterMs: number | undefined;

  constructor(reason: string, options: { resumeAfterMs?: number; message?: string } = {}) {
    super(options.message ?? reason);
    this.reason = reason;
    this.details = options.message;
    this.resumeAfterMs = options.resumeAfterMs;
  }
}

/** Waits, or returns early when the signal fires; never throws. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    // setTimeout takes at most 2³¹−1 ms; a caller that waits longer looks again.
    const timer = setTimeout(done, Math.min(Math.max(ms, 1), 2_147_483_647));
    signal.addEventListener('abort', done, { once: true });
  });
}
