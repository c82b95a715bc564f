import type { Logger } from '@headroom/platform';
import { HeadroomError } from '@headroom/contracts';
import type { BlobStore } from '../blobs/blob.port.js';
import type { ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import type { DependencyListener } from './dependency.wait.js';

/** Options of {@link openDistributed}. */
export interface DistributedOptions {
  /** Address of the log, `kafka://…`. */
  bus: string;
  /** Address of the key-value store, `redis://…` or `rediss://…`. */
  store: string;
  /** Payload folder that all processes share. */
  blobsDir: string;
  logger: Logger;
  /** How long a member may be silent before its partitions go to another one. @default that of the log */
  sessionTimeoutMs?: number;
  /** Ends the waiting for log and store. */
  signal?: AbortSignal;
  onAway?: DependencyListener;
}

/** Log, key-value store and payloads that many processes share. */
export interface DistributedParts {
  log: ReadableLog;
  store: KeyValueStore;
  blobs: BlobStore;
  /** Lets both connections go. Idempotent. */
  close(): Promise<void>;
}

export async function openDistributed(_options: DistributedOptions): Promise<DistributedParts> {
  return Promise.reject(new HeadroomError('not joined yet', { code: 'HEADROOM_UNFINISHED' }));
}
