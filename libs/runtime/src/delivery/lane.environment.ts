import type { Logger } from '@headroom/platform';
import type { BlobStore } from '../blobs/blob.port.js';
import type { EventPublisher } from '../events/publisher.js';
import type { LogTransport, Membership } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import type { ExclusiveGate } from './exclusive.gate.js';
import type { RuntimeMetrics } from './metrics.js';
import type { Slots } from './slots.js';

/** What the lanes of a runtime share. */
export interface LaneEnvironment {
  group: string;
  /** Names this process in leases. */
  owner: string;
  /** `source` of published events. */
  source: string;
  appVersion: string;
  log: LogTransport;
  store: KeyValueStore;
  /** Where snapshots go; only for subscriptions that make them. */
  blobs: BlobStore | undefined;
  publisher: EventPublisher;
  logger: Logger;
  metrics: RuntimeMetrics | undefined;
  gate: ExclusiveGate;
  slots: Slots;
  concurrency: number;
  abortGraceMs: number;
  ordersPollMs: number;
  now: () => number;
  random: () => number;
  membership(): Membership;
  /** Resolves when lanes may start work, or the signal has fired. */
  mayStart(signal: AbortSignal): Promise<void>;
  /** Reports a lane that cannot go on; undefined = it can again. */
  problem(lane: string, error: unknown): void;
  /** The partition went to another member. */
  lost(lane: string): void;
}

/** How long a lane waits after a failure of its own dependencies: first and largest. Milliseconds. */
export const DEPENDENCY_BACKOFF_MS = { first: 200, largest: 10_000 } as const;
