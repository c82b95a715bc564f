import {
  EventRefusedError,
  parseEvent,
  type Audience,
  type EventContract,
  type EventIssue,
  type HeadroomEvent,
} from '@headroom/contracts';
import { encodeEvent, newTraceparent, recordSize, structuredEnvelope, type EventPublisher } from '@headroom/runtime';

/** An event that was not taken, and why. */
export interface RefusedEvent {
  /** Position in what was given, from 0. */
  index: number;
  id?: string;
  code: string;
  issues: readonly EventIssue[];
}

/** What became of the events of one request: every accepted one is in the log when this is returned. */
export interface IntakeResult {
  accepted: { index: number; id: string; type: string }[];
  refused: RefusedEvent[];
}

/** Trace of a request; goes on in the events that carry none of their own. */
export interface RequestTrace {
  traceparent: string;
  tracestate?: string;
}

/** Options of {@link Intake}. */
export interface IntakeOptions {
  /**
   * Whose events are taken. Case events only where the caller owns the data directory, and so could write the log itself.
   * @default ['outsiders']
   */
  audiences?: readonly Audience[];
}

/** A valid event with its contract. */
interface ParsedEvent {
  contract: EventContract;
  event: HeadroomEvent;
}

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Takes events from outside: validates each one, publishes those that conform, tells of the others why not. */
export class Intake {
  readonly #publisher: EventPublisher;
  readonly #audiences: readonly Audience[];

  constructor(publisher: EventPublisher, options: IntakeOptions = {}) {
    this.#publisher = publisher;
    this.#audiences = options.audiences ?? ['outsiders'];
  }

  /**
   * Validates and publishes events in CloudEvents JSON format. A refused one keeps no other back; an id that was taken before is
   * taken again, consumers know it by its id.
   */
  async take(values: readonly unknown[], trace?: RequestTrace): Promise<IntakeResult> {
    const result: IntakeResult = { accepted: [], refused: [] };
    const events: ParsedEvent[] = [];
    values.forEach((value, index) => {
      const checked = this.#check(value, trace);
      if ('event' in checked) {
        events.push(checked);
        result.accepted.push({ index, id: checked.event.id, type: checked.event.type });
      } else {
        const id = idOf(value);
        result.refused.push({ index, ...(id === undefined ? {} : { id }), ...checked });
      }
    });
    if (events.length > 0) await this.#publisher.publishEvents(events);
    return result;
  }

  #check(value: unknown, trace: RequestTrace | undefined): ParsedEvent | Pick<RefusedEvent, 'code' | 'issues'> {
    try {
      const { contract, event } = parseEvent(structuredEnvelope(value));
      const traced =
        event.traceparent === undefined ? { ...event, ...(trace ?? { traceparent: newTraceparent() }) } : event;
      return this.#refusal(contract, traced) ?? { contract, event: traced };
    } catch (error) {
      if (error instanceof EventRefusedError) return { code: error.code, issues: error.issues };
      throw error;
    }
  }

  #refusal(contract: EventContract, event: HeadroomEvent): Pick<RefusedEvent, 'code' | 'issues'> | undefined {
    if (!this.#audiences.includes(contract.audience)) {
      const reason = `"${contract.type}" is written by Headroom's own ${contract.producer} only`;
      return { code: 'HEADROOM_EVENT_NOT_ALLOWED', issues: [{ path: '$.type', reason }] };
    }
    // Checked for each one: the log refuses an append whole.
    const size = recordSize(encodeEvent(contract, event));
    if (size <= contract.maxMessageBytes) return undefined;
    const reason = `the event has ${size} bytes, ${contract.topic} takes ${contract.maxMessageBytes}; send fewer windows an event, or put large payloads into a blob`;
    return { code: 'HEADROOM_EVENT_TOO_LARGE', issues: [{ path: '$.data', reason }] };
  }
}
