import type { Logger } from '@headroom/platform';
import { DeliveryAborted } from './abort.js';
import type { AbortCause } from './subscription.js';

/** The signal of one handler run, with its deadline. */
export class HandlerRun {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #onOuter = (): void => this.#controller.abort(this.#outer.reason);
  #timer: NodeJS.Timeout | undefined;
  #leftMs: number;
  #startedAt = 0;
  #suspendedAt: number | undefined;
  #suspendedMs = 0;

  /** @param outer ends the run with its own reason; @param budgetMs time until `deadline` */
  constructor(outer: AbortSignal, budgetMs: number) {
    this.#outer = outer;
    this.#leftMs = budgetMs;
    if (outer.aborted) this.#onOuter();
    else outer.addEventListener('abort', this.#onOuter, { once: true });
    this.resumeDeadline();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(cause: AbortCause): void {
    this.#controller.abort(new DeliveryAborted(cause));
  }

  /** The time that follows is not the handler's. */
  suspendDeadline(): void {
    clearTimeout(this.#timer);
    this.#suspendedAt = performance.now();
    this.#leftMs -= this.#suspendedAt - this.#startedAt;
  }

  /** Time that was not the handler's. Milliseconds. */
  get suspendedMs(): number {
    return this.#suspendedMs;
  }

  resumeDeadline(): void {
    this.#startedAt = performance.now();
    if (this.#suspendedAt !== undefined) this.#suspendedMs += this.#startedAt - this.#suspendedAt;
    this.#suspendedAt = undefined;
    const left = Math.min(Math.max(1, this.#leftMs), 2_147_483_647);
    this.#timer = setTimeout(() => this.abort('deadline'), left);
  }

  /**
   * Runs the handler. One that goes on after its signal fired is given up after `graceMs`; what it does then counts
   * for nothing.
   */
  async execute(handler: () => Promise<void> | void, graceMs: number, logger: Logger): Promise<void> {
    let grace: NodeJS.Timeout | undefined;
    let givenUp = false;
    const work = Promise.resolve().then(handler);
    work.catch((error: unknown) => {
      if (givenUp) logger.warn({ err: error }, 'a handler that was given up has failed');
    });
    const overrun = new Promise<never>((_resolve, reject) => {
      const giveUp = (): void => {
        grace = setTimeout(() => {
          givenUp = true;
          logger.warn('the handler did not stop when told; it was given up');
          reject(this.signal.reason as Error);
        }, graceMs);
      };
      if (this.signal.aborted) giveUp();
      else this.signal.addEventListener('abort', giveUp, { once: true });
    });
    try {
      await Promise.race([work, overrun]);
    } finally {
      clearTimeout(grace);
    }
  }

  /** Ends the run: no timer and no listener stays. */
  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener('abort', this.#onOuter);
  }
}
