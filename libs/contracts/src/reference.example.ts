import type { EventContract } from './contract.js';

/** Name of an event with its version, as files and documents use it, for example `signal.raised.v1`. */
export function eventNameOf({ name, version }: Pick<EventContract, 'name' | 'version'>): string {
  return `${name}.v${version}`;
}

/** The example of a contract as a whole CloudEvent. */
export function exampleEvent(contract: EventContract): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: `example-${contract.name}`,
    source: contract.audience === 'outsiders' ? '/example/publisher' : `/headroom/${contract.producer}`,
    type: contract.type,
    time: '2026-11-02T10:05:01Z',
    datacontenttype: 'application/json',
    data: contract.example,
  };
}
