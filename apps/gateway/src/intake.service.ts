import {
  EventRefusedError,
  parseEvent,
  type EventContract,
  type EventIssue,
  type HeadroomEvent,
} from '@headroom/contracts';
import type { EventPublisher } from '@headroom/runtime';

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

function idOf(value: unknown): string | undefined {
  const id = typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined;
  return typeof id === 'string' ? id : undefined;
}

/** Takes events from outside: validates each one, publishes those that conform, tells of the others why not. */
export class Intake {
  readonly #publisher: EventPublisher;

  constructor(publisher: EventPublisher) {
    this.#publisher = publisher;
  }

  /** Validates without publishing anything. */
  check(values: readonly unknown[]): IntakeResult & { events: { contract: EventContract; event: HeadroomEvent }[] } {
    const result: ReturnType<Intake['check']> = { accepted: [], refused: [], events: [] };
    values.forEach((value, index) => {
      try {
        const parsed = parseEvent(value);
        result.events.push(parsed);
        result.accepted.push({ index, id: parsed.event.id, type: parsed.event.type });
      } catch (error) {
        if (!(error instanceof EventRefusedError)) throw error;
        const id = idOf(value);
        result.refused.push({ index, ...(id === undefined ? {} : { id }), code: error.code, issues: error.issues });
      }
    });
    return result;
  }

  /** Validates and publishes; events without a trace context begin a new trace. */
  async take(values: readonly unknown[]): Promise<IntakeResult> {
    const { accepted, refused, events } = this.check(values);
    if (events.length > 0) await this.#publisher.publishEvents(events);
    return { accepted, refused };
  }
}
