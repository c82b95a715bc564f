import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

/** A held lock; release it, or end the process. */
export interface HeldLock {
  release(): void;
}

/**
 * A lock between processes on one machine. SQLite's own file lock holds it, so the kernel lets it go when the owner
 * dies, however it dies: there is no stale lock to clean up.
 */
export class ExclusiveLock {
  readonly #path: string;

  /** @param path of the lock file; made when missing */
  constructor(path: string) {
    this.#path = path;
  }

  /** Takes the lock, or returns undefined at once when somebody else holds it. */
  tryAcquire(purpose: string): HeldLock | undefined {
    mkdirSync(dirname(this.#path), { recursive: true });
    const database = new DatabaseSync(this.#path, { timeout: 0 });
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (/locked|busy/i.test(String(error))) return undefined;
      throw error;
    }
    writeFileSync(`${this.#path}.owner`, JSON.stringify({ pid: process.pid, purpose }));
    return { release: () => database.close() };
  }

  /** Waits for the lock. */
  async acquire(purpose: string, signal?: AbortSignal): Promise<HeldLock> {
    for (;;) {
      signal?.throwIfAborted();
      const held = this.tryAcquire(purpose);
      if (held) return held;
      await delay(100, undefined, { signal });
    }
  }

  /** Who said last that it took the lock; only a hint for messages. */
  owner(): string {
    try {
      const { pid, purpose } = JSON.parse(readFileSync(`${this.#path}.owner`, 'utf8')) as {
        pid: number;
        purpose: string;
      };
      return `process ${pid} (${purpose})`;
    } catch {
      return 'another process';
    }
  }
}
