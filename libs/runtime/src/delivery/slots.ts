/** Bounds how many handlers run at once, and lets lanes take turns, so that a busy lane does not starve the others. */
export class Slots {
  readonly #waiting = new Map<object, ((granted: boolean) => void)[]>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot; false when the signal fired first. */
  acquire(lane: object, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const aborted = (): void => {
        this.#remove(lane, grant);
        resolve(false);
      };
      const grant = (): void => {
        signal.removeEventListener('abort', aborted);
        resolve(true);
      };
      signal.addEventListener('abort', aborted, { once: true });
      const queue = this.#waiting.get(lane);
      if (queue) queue.push(grant);
      else this.#waiting.set(lane, [grant]);
    });
  }

  #remove(lane: object, grant: (granted: boolean) => void): void {
    const left = this.#waiting.get(lane)?.filter((each) => each !== grant) ?? [];
    if (left.length > 0) this.#waiting.set(lane, left);
    else this.#waiting.delete(lane);
  }

  release(): void {
    for (const [lane, queue] of this.#waiting) {
      const grant = queue.shift();
      // The lane goes to the end of the round.
      this.#waiting.delete(lane);
      if (queue.length > 0) this.#waiting.set(lane, queue);
      if (!grant) continue;
      grant(true);
      return;
    }
    this.#free += 1;
  }
}
