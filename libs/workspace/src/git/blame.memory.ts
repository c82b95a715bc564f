import type { BlameLine } from './git.records.js';

const MOST = 64;

/**
 * Who wrote the lines that were asked about last: a commit never changes, and to follow moved lines through a large history takes git
 * seconds. Keys name the mirror.
 */
export class BlameMemory {
  readonly #known = new Map<string, readonly BlameLine[]>();

  /** What is known, or what is read now; a failure is not kept. */
  async of(key: string, read: () => Promise<BlameLine[]>): Promise<BlameLine[]> {
    const lines = this.#known.get(key) ?? (await read());
    this.#known.delete(key);
    this.#known.set(key, lines);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return [...lines];
  }
}
