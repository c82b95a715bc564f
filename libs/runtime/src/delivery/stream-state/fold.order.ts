import type { LogRecord } from '../../log/log.port.js';
import type { Selection } from './lane.state.js';

/** Records of one topic that were folded one after another, up to `next`; or, `dead`, one that became a dead letter. */
export interface FoldRun {
  topic: string;
  /** The offset after the last record of the run, decimal. */
  next: string;
  dead?: true;
}

/** Adds a record to the end of an order. */
export function extendOrder(order: FoldRun[], record: Pick<LogRecord, 'topic' | 'offset'>, dead: boolean): void {
  const next = String(record.offset + 1n);
  const last = order.at(-1);
  if (!dead && last && last.topic === record.topic && !last.dead) last.next = next;
  else order.push({ topic: record.topic, next, ...(dead ? { dead: true } : {}) });
}

/**
 * Picks records in the order in which they were folded before. Topics interleave differently at each reading, and what a
 * fold publishes may depend on it.
 */
export class FoldReplay {
  readonly #order: readonly FoldRun[];
  #at = 0;

  constructor(order: readonly FoldRun[]) {
    this.#order = order;
  }

  get done(): boolean {
    return this.#at >= this.#order.length;
  }

  /** The topic whose records come next. */
  get topic(): string | undefined {
    return this.#order[this.#at]?.topic;
  }

  /** The next records to fold; none when they have not all come yet, which is no end. */
  select(buffer: readonly LogRecord[], limit: number): Selection {
    for (let run = this.#order[this.#at]; run; run = this.#order[++this.#at]) {
      const next = BigInt(run.next);
      const { topic } = run;
      const mine = buffer.filter((record) => record.topic === topic);
      const due = mine.filter((record) => record.offset < next).slice(0, limit);
      if (due.length > 0) return { records: due, mode: run.dead ? 'skip' : 'refold' };
      // A later record is there: the log has lost those of this run, or they are folded.
      if (mine.length === 0) break;
    }
    return { records: [], mode: 'refold' };
  }

  /** Tells that records were folded. */
  folded(record: Pick<LogRecord, 'topic' | 'offset'>): void {
    const run = this.#order[this.#at];
    if (run && run.topic === record.topic && record.offset + 1n >= BigInt(run.next)) this.#at += 1;
  }

  /** Gives the order up: what is left is folded as it comes. */
  abandon(): void {
    this.#at = this.#order.length;
  }
}
