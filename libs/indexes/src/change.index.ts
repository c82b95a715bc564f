import type { Change } from '@headroom/contracts';

/** A stretch of time, ISO 8601; `from` inclusive, `to` exclusive. */
export interface TimeWindow {
  from: string;
  to: string;
}

/** What reached a service and when, as `change.deployed` told. */
export interface ChangeIndex {
  /** Changes of a service in a window, earliest first; empty for a service that nothing is known of. */
  changes(service: string, window: TimeWindow): Promise<Change[]>;
  /** Services that something was deployed to, by name. */
  deployedServices(): Promise<string[]>;
}
