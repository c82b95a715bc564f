/**
 * How long a run may still work; a clock that is set while it works changes nothing. What a process that was killed had used counts,
 * as far as it was told.
 */
export class WallClock {
  readonly #limitMs: number;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #beganMs = performance.now();

  constructor(minutes: number) {
    this.#limitMs = minutes * 60_000;
    this.#arm();
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get elapsedMs(): number {
    return performance.now() - this.#beganMs;
  }

  get leftMs(): number {
    return this.#ending.signal.aborted ? 0 : Math.max(0, this.#limitMs - this.elapsedMs);
  }

  /** An earlier process had used so much when it stored what is used again now. */
  atLeast(elapsedMs: number): void {
    const began = performance.now() - elapsedMs;
    if (began >= this.#beganMs) return;
    this.#beganMs = began;
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const end = () => this.#ending.abort(new Error('the time of the run is over'));
    this.#timer = setTimeout(end, Math.max(0, this.#limitMs - this.elapsedMs)).unref();
  }
}
