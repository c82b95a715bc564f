/** A delivered record that is not yet behind the watermark. */
export interface DeliveredEntry {
  readonly offset: bigint;
  finished: boolean;
}

/**
 * Delivered records of one partition in order. The watermark stands behind the longest finished prefix of what was
 * delivered: offsets have gaps, so it is never computed by counting.
 */
export class DeliveredWindow {
  #entries: DeliveredEntry[] = [];
  #head = 0;
  #next: bigint | undefined;
  #watermark: bigint | undefined;

  /** The offset behind the last delivered record; undefined before the first. */
  get next(): bigint | undefined {
    return this.#next;
  }

  /** The offset behind the finished prefix; undefined while nothing is finished. */
  get watermark(): bigint | undefined {
    return this.#watermark;
  }

  /** Delivered and not behind the watermark. */
  get size(): number {
    return this.#entries.length - this.#head;
  }

  /** Takes a record; undefined when it was delivered before. */
  add(offset: bigint): DeliveredEntry | undefined {
    if (this.#next !== undefined && offset < this.#next) return undefined;
    const entry = { offset, finished: false };
    this.#entries.push(entry);
    this.#next = offset + 1n;
    return entry;
  }

  /** Marks a record as finished; returns the new watermark when it moved. */
  finish(entry: DeliveredEntry): bigint | undefined {
    entry.finished = true;
    const before = this.#watermark;
    for (let first = this.#entries[this.#head]; first?.finished; first = this.#entries[this.#head]) {
      this.#watermark = first.offset + 1n;
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return this.#watermark === before ? undefined : this.#watermark;
  }
}
