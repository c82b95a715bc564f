/** A handler's place in the gate. */
export interface GatePass {
  /** Runs `fn` while nobody else is inside; others that ask take turns. Nested calls run at once. */
  exclusive<Result>(fn: () => Promise<Result>, signal?: AbortSignal): Promise<Result>;
  /** Leaves the gate. Idempotent. */
  leave(): void;
}

/**
 * Lets handlers of a process run side by side, or one of them alone. While one asks to be alone nobody enters; it
 * starts when all that run have left or ask to be alone themselves, so two that ask never wait for each other.
 */
export class ExclusiveGate {
  #running = 0;
  #alone = false;
  readonly #asking: (() => void)[] = [];
  readonly #entering: (() => void)[] = [];

  /** Waits until nobody is or wants to be alone; undefined when the signal fired first. */
  async enter(signal: AbortSignal): Promise<GatePass | undefined> {
    while (!signal.aborted && (this.#alone || this.#asking.length > 0)) {
      await this.#wait(this.#entering, signal);
    }
    if (signal.aborted) return undefined;
    this.#running += 1;
    return this.#pass();
  }

  /** A pass for a handler that nobody has to wait for; alone it is only when it asks. */
  beside(): GatePass {
    const exclusive = async <Result>(fn: () => Promise<Result>, signal?: AbortSignal): Promise<Result> => {
      const pass = await this.enter(signal ?? new AbortController().signal);
      if (!pass) throw signal?.reason;
      try {
        return await pass.exclusive(fn, signal);
      } finally {
        pass.leave();
      }
    };
    return { exclusive, leave: () => undefined };
  }

  /** Resolves true when woken, false when the signal fired first. */
  #wait(queue: (() => void)[], signal: AbortSignal | undefined): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', aborted);
        resolve(true);
      };
      const aborted = (): void => {
        const at = queue.indexOf(wake);
        if (at >= 0) queue.splice(at, 1);
        resolve(false);
      };
      signal?.addEventListener('abort', aborted, { once: true });
      queue.push(wake);
    });
  }

  #pass(): GatePass {
    let inside = true;
    let counted = true;
    let alone = false;
    const count = (wanted: boolean): void => {
      if (wanted !== counted) this.#running += wanted ? 1 : -1;
      counted = wanted;
    };
    const exclusive = async <Result>(fn: () => Promise<Result>, signal?: AbortSignal): Promise<Result> => {
      if (alone) return fn();
      signal?.throwIfAborted();
      count(false);
      const turn = this.#wait(this.#asking, signal);
      this.#next();
      if (!(await turn)) {
        count(inside);
        this.#next();
        signal?.throwIfAborted();
      }
      alone = true;
      try {
        return await fn();
      } finally {
        alone = false;
        this.#alone = false;
        // Back among the running first: the next one that asks waits for this handler too.
        count(inside);
        this.#next();
      }
    };
    const leave = (): void => {
      inside = false;
      if (!alone) count(false);
      this.#next();
    };
    return { exclusive, leave };
  }

  #next(): void {
    if (this.#alone) return;
    if (this.#asking.length > 0) {
      if (this.#running > 0) return;
      this.#alone = true;
      this.#asking.shift()?.();
      return;
    }
    for (const wake of this.#entering.splice(0)) wake();
  }
}

/** The gate of this process: all runtimes share it unless they are given another. */
export const processGate = new ExclusiveGate();
