import { randomUUID } from 'node:crypto';
import { parseData, type EventContract, type HeadroomEvent } from '@headroom/contracts';
import type { LogTransport } from '../log/log.port.js';
import { encodeEvent } from './codec.js';
import { childTraceparent, newTraceparent } from './trace.js';

/** An event as it was published. */
export type PublishedEvent<Data = unknown> = HeadroomEvent<Data>;

/** Options of {@link EventPublisher.publish}. */
export interface PublishOptions {
  /** @default a random UUID */
  id?: string;
  /** @default the publisher's own source */
  source?: string;
  /** The event that led to this one: its id becomes `causationid`, its trace goes on. */
  causation?: HeadroomEvent;
  /** W3C traceparent to use as it is. @default a child of the causation's, else a new trace */
  traceparent?: string;
  /** RFC 3339. @default now */
  time?: string;
  subject?: string;
  /** The team that the event is for. */
  team?: string;
}

/** Builds a valid event; what {@link EventPublisher} would publish. */
export function buildEvent<Data>(
  contract: EventContract<Data>,
  data: Data,
  options: PublishOptions & { source: string; nowMs?: number },
): PublishedEvent<Data> {
  const { causation } = options;
  const event: PublishedEvent<Data> = {
    specversion: '1.0',
    id: options.id ?? randomUUID(),
    source: options.source,
    type: contract.type,
    time: options.time ?? new Date(options.nowMs ?? Date.now()).toISOString(),
    datacontenttype: 'application/json',
    traceparent: options.traceparent ?? childTraceparent(causation?.traceparent) ?? newTraceparent(),
    data: parseData(contract, data),
  };
  if (options.subject !== undefined) event.subject = options.subject;
  if (options.team !== undefined) event.team = options.team;
  if (!causation) return event;
  event.causationid = causation.id;
  event.correlationid = causation.correlationid ?? causation.id;
  if (causation.tracestate !== undefined) event.tracestate = causation.tracestate;
  return event;
}

/** Publishes events; a resolved promise means that the log has acknowledged. */
export class EventPublisher {
  readonly #log: LogTransport;
  readonly #source: string;
  readonly #now: () => number;

  constructor(log: LogTransport, options: { source: string; now?: () => number }) {
    this.#log = log;
    this.#source = options.source;
    this.#now = options.now ?? Date.now;
  }

  /**
   * Validates and publishes.
   * @throws EventRefusedError when the data does not conform; whatever the log throws when it did not acknowledge
   */
  async publish<Data>(
    contract: EventContract<Data>,
    data: Data,
    options: PublishOptions = {},
  ): Promise<PublishedEvent<Data>> {
    const event = buildEvent(contract, data, { source: this.#source, nowMs: this.#now(), ...options });
    await this.publishEvents([{ contract: contract as EventContract, event }]);
    return event;
  }

  /** Publishes complete, already validated events in one append. One without a trace begins a new one. */
  async publishEvents(events: readonly { contract: EventContract; event: HeadroomEvent }[]): Promise<void> {
    const records = events.map(({ contract, event }) => {
      return encodeEvent(contract, { ...event, traceparent: event.traceparent ?? newTraceparent() });
    });
    await this.#log.append(records);
  }
}
