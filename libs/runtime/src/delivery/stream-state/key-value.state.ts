import type { LogRecord, OutRecord, TopicPartition } from '../../log/log.port.js';
import type { StoreOperation } from '../../store/key-value.port.js';
import { offsetKey, outboxKey, stateKey } from '../keys.js';
import type { LaneEnvironment } from '../lane.environment.js';
import { outRecordOf, storedRecord, type StoredRecord } from '../stored.record.js';
import type { BatchResult, LaneState, Offsets, Selection } from './lane.state.js';

/** Outputs that are stored, and by what they are known to be the ones that are stored. */
interface Outbox {
  records: readonly OutRecord[];
  checks: readonly StoreOperation[];
}

/** Entries, input offsets and outputs of a batch in one transaction of the key-value store. */
export class KeyValueState implements LaneState {
  readonly #environment: LaneEnvironment;
  readonly #partition: number;
  /** Next offset by topic as stored, decimal. */
  readonly #stored = new Map<string, string | undefined>();
  #outbox: Outbox | undefined;
  #opened = false;

  constructor(environment: LaneEnvironment, partition: number) {
    this.#environment = environment;
    this.#partition = partition;
  }

  get isOpen(): boolean {
    return this.#opened;
  }

  get unsettled(): boolean {
    return !this.#opened || this.#outbox !== undefined;
  }

  async open(): Promise<void> {
    if (!this.#opened) {
      const { group, store } = this.#environment;
      const key = outboxKey(group, this.#partition);
      const left = await store.get<StoredRecord[]>(key);
      this.#outbox = left && { records: left.map(outRecordOf), checks: [{ type: 'check', key, value: left }] };
      this.#opened = true;
    }
    await this.publish();
  }

  /** Where no offset is stored there is no state either: the topic is folded from its beginning. */
  async startOf(tp: TopicPartition): Promise<{ next: bigint; seek: boolean }> {
    const stored = await this.#environment.store.get<string>(offsetKey(this.#environment.group, tp));
    this.#stored.set(tp.topic, stored);
    return { next: BigInt(stored ?? 0), seek: false };
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
    const { group } = this.#environment;
    const operations = [...writes].map(([key, value]): StoreOperation => {
      const full = stateKey(group, this.#partition, key);
      return value === undefined ? { type: 'delete', key: full } : { type: 'put', key: full, value };
    });
    const moved = new Map<string, string>();
    for (const { record } of inputs) moved.set(record.topic, String(record.offset + 1n));
    const checks: StoreOperation[] = [];
    for (const [topic, next] of moved) {
      const key = offsetKey(group, { topic, partition: this.#partition });
      operations.push({ type: 'check', key, value: this.#stored.get(topic) }, { type: 'put', key, value: next });
      checks.push({ type: 'check', key, value: next });
    }
    if (outputs.length > 0) {
      operations.push({ type: 'put', key: outboxKey(group, this.#partition), value: outputs.map(storedRecord) });
    }
    if (!(await this.#transact(operations))) return false;
    for (const [topic, next] of moved) this.#stored.set(topic, next);
    if (outputs.length > 0) this.#outbox = { records: outputs, checks };
    return true;
  }

  /**
   * After a failure nobody knows whether the write took effect, and a check that does not hold says that the stored
   * offset is not where this lane left it. Both times what is stored is read again; if the partition is another member's
   * by now, the next commit says so.
   */
  async #transact(operations: readonly StoreOperation[]): Promise<boolean> {
    let applied = false;
    try {
      applied = await this.#environment.store.transact(operations);
      return applied;
    } finally {
      if (!applied) this.#opened = false;
    }
  }

  async publish(): Promise<void> {
    if (!this.#outbox) return;
    const { group, store, log } = this.#environment;
    await log.append(this.#outbox.records);
    // Not what the next member has put there since.
    await store.transact([...this.#outbox.checks, { type: 'delete', key: outboxKey(group, this.#partition) }]);
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
