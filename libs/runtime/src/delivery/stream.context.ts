import { derivedEventId, HeadroomError, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { encodeEvent, recordSize } from '../events/codec.js';
import { buildEvent, type PublishedEvent } from '../events/publisher.js';
import type { OutRecord } from '../log/log.port.js';
import type { StoreOperation } from '../store/key-value.port.js';
import { stateKey } from './keys.js';
import type { LaneEnvironment } from './lane.environment.js';
import type { StreamContext } from './subscription.js';

/** Refused here, where it can still be undone: once committed, an output must be writable. */
function checkSize(record: OutRecord, limit: number): void {
  const size = recordSize(record);
  if (size <= limit) return;
  const message = `An event of ${size} bytes is above the limit of ${record.topic}, ${limit} bytes; put large payloads in the blob store`;
  throw new HeadroomError(message, { code: 'HEADROOM_RECORD_TOO_LARGE', details: { size } });
}

/** Collects what one handler run wants; nothing takes effect before the lane commits it. */
export class CollectingContext implements StreamContext {
  readonly group: string;
  readonly partition: number;
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly records: OutRecord[] = [];
  readonly #environment: LaneEnvironment;
  readonly #writes = new Map<string, unknown>();

  constructor(environment: LaneEnvironment, partition: number, signal: AbortSignal, logger: Logger) {
    this.group = environment.group;
    this.partition = partition;
    this.signal = signal;
    this.logger = logger;
    this.#environment = environment;
  }

  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    const full = stateKey(this.group, this.partition, key);
    if (this.#writes.has(full)) return structuredClone(this.#writes.get(full)) as Value | undefined;
    return this.#environment.store.get<Value>(full);
  }

  put(key: string, value: unknown): void {
    // A copy, as the store would keep it: what the handler does to its object later is not what it put.
    const copy = value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
    this.#writes.set(stateKey(this.group, this.partition, key), copy);
  }

  publish<Data>(
    contract: EventContract<Data>,
    data: Data,
    options: { causation: HeadroomEvent; step: string; index?: number },
  ): PublishedEvent<Data> {
    const { causation, step, index = 0 } = options;
    const event = buildEvent(contract, data, {
      source: this.#environment.source,
      id: derivedEventId(causation.id, step, index),
      causation,
      nowMs: this.#environment.now(),
    });
    const record = encodeEvent(contract, event);
    checkSize(record, contract.maxMessageBytes);
    this.records.push(record);
    return event;
  }

  /** The collected writes. */
  operations(): StoreOperation[] {
    return [...this.#writes].map(([key, value]): StoreOperation =>
      value === undefined ? { type: 'delete', key } : { type: 'put', key, value },
    );
  }
}
