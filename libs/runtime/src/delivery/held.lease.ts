import type { KeyValueStore } from '../store/key-value.port.js';

/** A lease that this process holds, renewed at a third of its time until it ends. */
export class HeldLease {
  readonly #store: KeyValueStore;
  readonly #key: string;
  readonly #token: number;
  readonly #leaseMs: number;
  readonly #timer: NodeJS.Timeout;
  #lost: (() => void) | undefined;
  #heldUntil: number;

  constructor(store: KeyValueStore, key: string, token: number, leaseMs: number) {
    this.#store = store;
    this.#key = key;
    this.#token = token;
    this.#leaseMs = leaseMs;
    this.#heldUntil = performance.now() + leaseMs;
    this.#timer = setInterval(() => void this.#tick(), Math.max(1, Math.floor(leaseMs / 3)));
  }

  async #tick(): Promise<void> {
    try {
      if (await this.renew()) return;
    } catch {
      // The store is away: the lease may still be ours, and the next renewal or `finish` will say.
      return;
    }
    clearInterval(this.#timer);
    this.#lost?.();
  }

  /** Calls back when the lease turns out to be somebody else's. */
  onLost(callback: () => void): void {
    this.#lost = callback;
  }

  /** Extends the lease; false when it is lost. */
  async renew(): Promise<boolean> {
    const askedAt = performance.now();
    const held = await this.#store.renew(this.#key, this.#token, this.#leaseMs);
    if (held) this.#heldUntil = askedAt + this.#leaseMs;
    return held;
  }

  /** Whether its time is over by this process's clock, so that somebody else may hold it. */
  get isOver(): boolean {
    return performance.now() >= this.#heldUntil;
  }

  finish(result: unknown, retainMs: number | undefined): Promise<boolean> {
    return this.#store.finish(this.#key, this.#token, result, { retainMs });
  }

  release(options: { delayMs?: number; memo?: unknown }): Promise<boolean> {
    return this.#store.release(this.#key, this.#token, options);
  }

  /** Stops renewing. */
  end(): void {
    clearInterval(this.#timer);
  }
}
