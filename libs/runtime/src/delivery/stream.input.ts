import type { EventContract } from '@headroom/contracts';
import { eventOf } from '../events/intake.js';
import type { LogRecord } from '../log/log.port.js';
import type { StreamItem } from './subscription.js';

/** A record of a batch: an event, nothing, or refused with the error. */
export type Input =
  { record: LogRecord; item: StreamItem } | { record: LogRecord; item?: undefined; refused?: unknown };

/** Reads a record by the contract of its topic. */
export function readInput(record: LogRecord, contracts: ReadonlyMap<string, EventContract>): Input {
  const contract = contracts.get(record.topic);
  try {
    const event = contract && eventOf(record, contract);
    if (!contract || !event) return { record };
    const { topic, partition, offset, timestampMs } = record;
    return { record, item: { contract, event, topic, partition, offset, timestampMs } };
  } catch (error) {
    // Kept, not thrown: the record becomes a dead letter with this error.
    return { record, refused: error };
  }
}

/** Whether the record is none that the handler may see. */
export function isRefused(input: Input): boolean {
  return input.item === undefined && input.refused !== undefined;
}
