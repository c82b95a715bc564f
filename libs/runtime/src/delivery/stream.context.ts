import { derivedEventId, HeadroomError, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import type { Logger } from '@headroom/platform';
import { encodeEvent, recordSize } from '../events/codec.js';
import { buildEvent, type PublishedEvent } from '../events/publisher.js';
import type { OutRecord } from '../log/log.port.js';
import type { LaneEnvironment } from './lane.environment.js';
import type { LaneState } from './stream-state/lane.state.js';
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
  /** By key; undefined deletes. */
  readonly writes = new Map<string, unknown>();
  readonly #environment: LaneEnvironment;
  readonly #state: Pick<LaneState, 'read' | 'copy'>;

  constructor(
    environment: LaneEnvironment,
    state: Pick<LaneState, 'read' | 'copy'>,
    run: { partition: number; signal: AbortSignal; logger: Logger },
  ) {
    this.group = environment.group;
    this.partition = run.partition;
    this.signal = run.signal;
    this.logger = run.logger;
    this.#environment = environment;
    this.#state = state;
  }

  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    if (this.writes.has(key)) return this.#state.copy(this.writes.get(key)) as Value | undefined;
    return (await this.#state.read(key)) as Value | undefined;
  }

  put(key: string, value: unknown): void {
    this.writes.set(key, this.#state.copy(value));
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
}
