import { mkdirSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import { ExclusiveLock, type HeldLock, type Logger } from '@headroom/platform';
import type { BlobStore } from '../blobs/blob.port.js';
import { FolderBlobs } from '../blobs/folder.blobs.js';
import { MemoryBlobs } from '../blobs/memory.blobs.js';
import { EmbeddedLog, type EmbeddedLogOptions } from '../log/embedded.log.js';
import { EmbeddedStore } from '../store/embedded.store.js';
import { EmbeddedDatabase } from './database.js';

/** Log, key-value store and blobs of one data directory, or of memory. */
export interface EmbeddedParts {
  log: EmbeddedLog;
  store: EmbeddedStore;
  blobs: BlobStore;
  /** The database, as SQLite opens it. */
  readonly location: string;
  /** Closes the log and the database and lets the directory go. Idempotent. */
  close(): Promise<void>;
}

/** Options of {@link openEmbedded} and {@link openMemory}. */
export interface EmbeddedOptions extends EmbeddedLogOptions {
  logger?: Logger;
  /** Who opens it, for the message that a second process gets. @default 'headroom' */
  purpose?: string;
  /** How often retention and compaction run. @default 600_000 */
  cleanEveryMs?: number;
}

function parts(
  location: string,
  blobs: BlobStore,
  options: EmbeddedOptions,
  lock: HeldLock | undefined,
): EmbeddedParts {
  const database = new EmbeddedDatabase(location);
  const log = new EmbeddedLog(database, options);
  const store = new EmbeddedStore(database, { now: options.now });
  const clean = async (): Promise<void> => {
    try {
      await log.clean();
      await store.clean();
    } catch (error) {
      if (database.isOpen) options.logger?.warn({ err: error }, 'cleaning the embedded log failed, it is tried again');
    }
  };
  const timer = setInterval(() => void clean(), options.cleanEveryMs ?? 600_000);
  timer.unref();
  const close = async (): Promise<void> => {
    clearInterval(timer);
    await log.close();
    database.close();
    lock?.release();
  };
  let closing: Promise<void> | undefined;
  return { log, store, blobs, location, close: () => (closing ??= close()) };
}

/**
 * Opens a data directory: `headroom.db` (log and key-value store), `blobs/`, `owner.lock`. One process at a time owns
 * it; when that dies, however it dies, the next one may open it.
 * @throws HeadroomError `HEADROOM_DATA_DIRECTORY_IN_USE`, naming the owner; `HEADROOM_DATA_DIRECTORY_UNREADABLE`
 */
export async function openEmbedded(dataDir: string, options: EmbeddedOptions = {}): Promise<EmbeddedParts> {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    const message = `The data directory ${dataDir} cannot be made (${messageOf(error)}); choose another one`;
    throw new HeadroomError(message, { code: 'HEADROOM_DATA_DIRECTORY_UNREADABLE', cause: error });
  }
  const lock = new ExclusiveLock(join(dataDir, 'owner.lock'));
  const held = lock.tryAcquire(options.purpose ?? 'headroom');
  if (!held) {
    const message = `The data directory ${dataDir} is in use by ${lock.owner()}; stop it first, or choose another directory`;
    throw new HeadroomError(message, { code: 'HEADROOM_DATA_DIRECTORY_IN_USE', retryable: true });
  }
  try {
    const opened = parts(join(dataDir, 'headroom.db'), new FolderBlobs(join(dataDir, 'blobs')), options, held);
    await opened.store.releaseAll();
    await opened.log.clean();
    await opened.store.clean();
    return opened;
  } catch (error) {
    held.release();
    if (error instanceof HeadroomError) throw error;
    const message = `The data directory ${dataDir} cannot be read: ${messageOf(error)}; restore it, or choose another directory`;
    throw new HeadroomError(message, { code: 'HEADROOM_DATA_DIRECTORY_UNREADABLE', cause: error });
  }
}

/** The same in memory: gone when closed. */
export async function openMemory(options: EmbeddedOptions = {}): Promise<EmbeddedParts> {
  // A name of its own: SQLite shares memory databases of one name between connections of a process.
  return parts(`file:/${randomUUID()}?vfs=memdb`, new MemoryBlobs(), options, undefined);
}
