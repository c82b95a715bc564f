import { HeadroomError } from '@headroom/contracts';
import type { LogRecord, OutRecord, TopicPartition } from '../../log/log.port.js';
import type { StoreOperation } from '../../store/key-value.port.js';
import { offsetKey, outboxKey, stateKey } from '../keys.js';
import type { LaneEnvironment } from '../lane.environment.js';
import { outRecordOf, storedRecord, type StoredRecord } from '../stored.record.js';
import type { BatchResult, LaneState, Offsets, Selection } from './lane.state.js';

/** Entries, input offsets and outputs of a batch in one transaction of the key-value store. */
export class KeyValueState implements LaneState {
  readonly #environment: LaneEnvironment;
  readonly #partition: number;
  /** Next offset by topic as stored, decimal. */
  readonly #stored = new Map<string, string | undefined>();
  #outbox: readonly OutRecord[] | undefined;
  #opened = false;
  /** The stored offsets may not be those that the transport reads from. */
  #moved = false;

  constructor(environment: LaneEnvironment, partition: number) {
    this.#environment = environment;
    this.#partition = partition;
  }

  get unsettled(): boolean {
    return !this.#opened || this.#outbox !== undefined;
  }

  async open(): Promise<void> {
    if (!this.#opened) {
      const { group, store, log } = this.#environment;
      const key = outboxKey(group, this.#partition);
      const left = await store.get<StoredRecord[]>(key);
      if (left) {
        await log.append(left.map(outRecordOf));
        await store.compareAndSet(key, left, undefined);
      }
      this.#outbox = undefined;
      this.#opened = true;
    }
    await this.publish();
  }

  /** Without a stored offset there is no state either, and the topic is folded from its beginning. */
  async startOf(tp: TopicPartition): Promise<{ next: bigint; seek: boolean }> {
    const stored = await this.#environment.store.get<string>(offsetKey(this.#environment.group, tp));
    this.#stored.set(tp.topic, stored);
    return { next: stored === undefined ? 0n : BigInt(stored), seek: this.#moved };
  }

  select(buffer: readonly LogRecord[], limit: number): Selection {
    return { records: buffer.slice(0, limit), mode: 'fold' };
  }

  awaits(): boolean {
    return false;
  }

  read(key: string): Promise<unknown> {
    return this.#environment.store.get(stateKey(this.#environment.group, this.#partition, key));
  }

  /** As the store would keep it: what the handler does to its object later is not what it put. */
  copy(value: unknown): unknown {
    return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
  }

  async commit({ inputs, writes, outputs }: BatchResult): Promise<boolean> {
    const { group, store } = this.#environment;
    const operations = [...writes].map(([key, value]): StoreOperation => {
      const full = stateKey(group, this.#partition, key);
      return value === undefined ? { type: 'delete', key: full } : { type: 'put', key: full, value };
    });
    const moved = new Map<string, string>();
    for (const { record } of inputs) moved.set(record.topic, String(record.offset + 1n));
    for (const [topic, next] of moved) {
      const key = offsetKey(group, { topic, partition: this.#partition });
      operations.push({ type: 'check', key, value: this.#stored.get(topic) }, { type: 'put', key, value: next });
    }
    if (outputs.length > 0) {
      operations.push({ type: 'put', key: outboxKey(group, this.#partition), value: outputs.map(storedRecord) });
    }
    await this.#transact(operations);
    for (const [topic, next] of moved) this.#stored.set(topic, next);
    if (outputs.length > 0) this.#outbox = outputs;
    return true;
  }

  /**
   * A check that does not hold says that the stored offset is not where this lane left it: it is read again. If the
   * partition is another member's by now, the next commit says so.
   */
  async #transact(operations: readonly StoreOperation[]): Promise<void> {
    let applied = false;
    try {
      applied = await this.#environment.store.transact(operations);
    } finally {
      if (!applied) {
        this.#opened = false;
        this.#moved = true;
      }
    }
    if (applied) return;
    const message = `The stored offset of partition ${this.#partition} was moved by another member, or the store was emptied; it is read again`;
    throw new HeadroomError(message, { code: 'HEADROOM_STREAM_OFFSET_MOVED', retryable: true });
  }

  async publish(): Promise<void> {
    if (!this.#outbox) return;
    const { group, store, log } = this.#environment;
    await log.append(this.#outbox);
    // Not what the next member has put there since.
    const checks = [...this.#stored].map(([topic, value]): StoreOperation => {
      return { type: 'check', key: offsetKey(group, { topic, partition: this.#partition }), value };
    });
    await store.transact([...checks, { type: 'delete', key: outboxKey(group, this.#partition) }]);
    this.#outbox = undefined;
  }

  async settle(): Promise<Offsets> {
    const offsets = new Map<string, bigint>();
    for (const [topic, next] of this.#stored) if (next !== undefined) offsets.set(topic, BigInt(next));
    return offsets;
  }

  close(): void {
    // Nothing waits: every batch is stored when it is committed.
  }
}
