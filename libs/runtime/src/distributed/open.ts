import type { Logger } from '@headroom/platform';
import type { BlobStore } from '../blobs/blob.port.js';
import { FolderBlobs } from '../blobs/folder.blobs.js';
import { KafkaLog } from '../log/kafka/kafka.log.js';
import { parseKafkaUrl } from '../log/kafka/kafka.url.js';
import type { ReadableLog } from '../log/log.port.js';
import type { KeyValueStore } from '../store/key-value.port.js';
import { RedisStore } from '../store/redis.store.js';
import { joinBlobsFolder } from './blobs.marker.js';
import { untilAnswering, type DependencyListener } from './dependency.wait.js';

/** Options of {@link openDistributed}. */
export interface DistributedOptions {
  /** Address of the log, `kafka://…`. */
  bus: string;
  /** Address of the key-value store, `redis://…` or `rediss://…`. */
  store: string;
  /** Payload folder that all processes share. */
  blobsDir: string;
  logger: Logger;
  /** How long a member may be silent before its partitions go to another one, milliseconds. @default that of the address */
  sessionTimeoutMs?: number;
  /** Ends the waiting for log and store. */
  signal?: AbortSignal;
  /** Told that log or store is away while this waits, and when it answers. */
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

async function openStore({ store: url, logger, signal, onAway }: DistributedOptions): Promise<RedisStore> {
  const store = await RedisStore.open(url, { logger });
  try {
    await untilAnswering({ dependency: 'store', logger, signal, onAway }, () => store.ping());
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens what the processes of a deployment share: waits until Redis and Kafka answer, and makes sure that the payload folder is
 * that of all others.
 * @throws HeadroomError of an address that is wrong, `HEADROOM_BLOBS_MISMATCH`, `HEADROOM_BLOBS_UNREADABLE`, or the reason of
 * `signal`
 */
export async function openDistributed(options: DistributedOptions): Promise<DistributedParts> {
  const { bus, blobsDir, logger, sessionTimeoutMs, signal, onAway } = options;
  const kafka = { ...parseKafkaUrl(bus), ...(sessionTimeoutMs === undefined ? {} : { sessionTimeoutMs }), logger };
  const store = await openStore(options);
  let log: KafkaLog | undefined;
  try {
    await joinBlobsFolder(store, blobsDir);
    log = await untilAnswering({ dependency: 'log', logger, signal, onAway }, () => KafkaLog.open(kafka));
  } catch (error) {
    await store.close();
    throw error;
  }
  const opened = log;
  const close = async (): Promise<void> => {
    await opened.close();
    await store.close();
  };
  let closing: Promise<void> | undefined;
  return { log: opened, store, blobs: new FolderBlobs(blobsDir), close: () => (closing ??= close()) };
}
