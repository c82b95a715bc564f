import { setTimeout as delay } from 'node:timers/promises';

/** Commits the newest watermark of one partition, one commit in flight. */
export class Committer {
  readonly #commit: (next: bigint) => Promise<'committed' | 'lost'>;
  readonly #lost: () => void;
  readonly #failed: (error: unknown) => void;
  #wanted: bigint | undefined;
  #committed: bigint | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(
    commit: (next: bigint) => Promise<'committed' | 'lost'>,
    on: { lost: () => void; failed: (error: unknown) => void },
  ) {
    this.#commit = commit;
    this.#lost = on.lost;
    this.#failed = on.failed;
  }

  /** Asks for a commit; a newer one replaces one that waits. */
  request(next: bigint): void {
    this.#wanted = next;
    if (!this.#stopped && next !== this.#committed) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    let failing = false;
    while (this.#wanted !== this.#committed && !this.#stopped) {
      const next = this.#wanted;
      if (next === undefined) break;
      try {
        if ((await this.#commit(next)) === 'lost') {
          this.#stopped = true;
          this.#lost();
          break;
        }
        this.#committed = next;
        failing = false;
      } catch (error) {
        // Once an outage, not at every try.
        if (!failing) this.#failed(error);
        failing = true;
        // A commit fails while the log is away; the watermark is kept and tried again.
        await delay(500, undefined, { ref: false });
      }
    }
    this.#running = undefined;
  }

  /** Commits what is left, and ends. A failure is reported, not thrown: the records are delivered again. */
  async flush(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    const next = this.#wanted;
    if (next === undefined || next === this.#committed) return;
    try {
      await this.#commit(next);
      this.#committed = next;
    } catch (error) {
      this.#failed(error);
    }
  }
}
