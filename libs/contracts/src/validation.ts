import type { z } from 'zod';
import type { EventContract } from './contract.js';
import { HeadroomError } from './errors.js';
import { envelopeSchema, type HeadroomEvent } from './envelope.js';
import { contractOfType, contracts } from './registry.js';

/** One thing that is wrong with an event. */
export interface EventIssue {
  /** JSON path from the envelope, for example `$.data.series[0].values`. */
  path: string;
  reason: string;
}

/** An event was refused: it does not conform, or its type is unknown. Never retryable. */
export class EventRefusedError extends HeadroomError {
  override readonly name = 'EventRefusedError';
  readonly issues: readonly EventIssue[];

  constructor(code: 'HEADROOM_EVENT_INVALID' | 'HEADROOM_EVENT_UNKNOWN_TYPE', issues: readonly EventIssue[]) {
    super(issues.map((issue) => `${issue.path}: ${issue.reason}`).join('; '), { code, details: { issues } });
    this.issues = issues;
  }
}

function jsonPath(prefix: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${String(part)}`),
    prefix,
  );
}

function issuesOf(prefix: string, error: z.ZodError): EventIssue[] {
  return error.issues.map((issue) => ({ path: jsonPath(prefix, issue.path), reason: issue.message }));
}

/**
 * Validates data against its contract. Fields that the contract does not know are dropped.
 * @throws EventRefusedError `HEADROOM_EVENT_INVALID` with the JSON path and the reason of each problem
 */
export function parseData<Data>(contract: EventContract<Data>, data: unknown): Data {
  const parsed = contract.schema.safeParse(data);
  if (!parsed.success) throw new EventRefusedError('HEADROOM_EVENT_INVALID', issuesOf('$.data', parsed.error));
  return parsed.data;
}

/**
 * Validates an envelope and its data.
 * @throws EventRefusedError `HEADROOM_EVENT_INVALID`, or `HEADROOM_EVENT_UNKNOWN_TYPE` naming the known types
 */
export function parseEvent(value: unknown): { event: HeadroomEvent; contract: EventContract } {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) throw new EventRefusedError('HEADROOM_EVENT_INVALID', issuesOf('$', envelope.error));
  const contract = contractOfType(envelope.data.type);
  if (!contract) {
    const known = contracts.map((each) => each.type).join(', ');
    const reason = `"${envelope.data.type}" is not a known event type; known are ${known}`;
    throw new EventRefusedError('HEADROOM_EVENT_UNKNOWN_TYPE', [{ path: '$.type', reason }]);
  }
  return { event: { ...envelope.data, data: parseData(contract, envelope.data.data) }, contract };
}
