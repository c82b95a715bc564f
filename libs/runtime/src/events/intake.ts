import {
  envelopeSchema,
  EventRefusedError,
  parseData,
  type EventContract,
  type EventIssue,
  type HeadroomEvent,
} from '@headroom/contracts';
import type { LogRecord } from '../log/log.port.js';
import { decodeRecord } from './codec.js';

function pathOf(path: readonly PropertyKey[]): string {
  let text = '$';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `.${String(part)}`;
  return text;
}

/**
 * Reads and validates the event of a record against the contract of its topic.
 * @returns undefined for a tombstone on a compacted topic, where it only says that a key is gone
 * @throws EventRefusedError for anything else that is no valid event of this contract
 */
export function eventOf<Data>(record: LogRecord, contract: EventContract<Data>): HeadroomEvent<Data> | undefined {
  const decoded = decodeRecord(record);
  if (decoded.kind === 'tombstone') {
    if (contract.cleanupPolicy === 'compact') return undefined;
    const reason = 'the record has no value; a tombstone means nothing on a topic that is not compacted';
    throw new EventRefusedError('HEADROOM_EVENT_INVALID', [{ path: '$', reason }]);
  }
  const envelope = envelopeSchema.safeParse(decoded.envelope);
  if (!envelope.success) {
    const issues = envelope.error.issues.map((issue): EventIssue => ({
      path: pathOf(issue.path),
      reason: issue.message,
    }));
    throw new EventRefusedError('HEADROOM_EVENT_INVALID', issues);
  }
  if (envelope.data.type !== contract.type) {
    const reason = `"${envelope.data.type}" does not belong on ${contract.topic}, which carries ${contract.type}`;
    throw new EventRefusedError('HEADROOM_EVENT_UNKNOWN_TYPE', [{ path: '$.type', reason }]);
  }
  return { ...envelope.data, data: parseData(contract, envelope.data.data) };
}
