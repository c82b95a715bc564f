import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { HeadroomError, messageOf } from '@headroom/contracts';
import type { KeyValueStore } from '../store/key-value.port.js';

/** File that tells one payload folder from another. */
export const BLOBS_MARKER_FILE = 'payload-folder.id';
const MARKER_KEY = 'payload-folder';

/**
 * The id in a payload folder; undefined when it has none.
 * @throws HeadroomError `HEADROOM_BLOBS_UNREADABLE`
 */
export async function readBlobsMarker(blobsDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(blobsDir, BLOBS_MARKER_FILE), 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(blobsDir, error);
  }
}

/** The id that the store names; undefined before the first stage has run. */
export function storedBlobsMarker(store: KeyValueStore): Promise<string | undefined> {
  return store.get<string>(MARKER_KEY);
}

function unusable(blobsDir: string, cause: unknown): HeadroomError {
  const message = `The payload folder ${blobsDir} cannot be used (${messageOf(cause)}). Make it readable and writable for this process.`;
  return new HeadroomError(message, { code: 'HEADROOM_BLOBS_UNREADABLE', cause });
}

function mismatch(blobsDir: string, found: string | undefined, wanted: string): HeadroomError {
  const has = found === undefined ? `holds no ${BLOBS_MARKER_FILE}` : `has the id ${found}`;
  return new HeadroomError(
    `The payload folder ${blobsDir} is not the one that the other stages use: it ${has}, theirs has the id ${wanted}. ` +
      `Mount the same folder in every stage. If it was moved here on purpose, write that id to ${join(blobsDir, BLOBS_MARKER_FILE)}.`,
    { code: 'HEADROOM_BLOBS_MISMATCH' },
  );
}

// Written aside and linked into place: of two processes that start at once, both use the id of the first.
async function makeMarker(blobsDir: string): Promise<string> {
  const aside = join(blobsDir, `.${randomUUID()}.tmp`);
  try {
    await writeFile(aside, `${randomUUID()}\n`, { mode: 0o644 });
    await link(aside, join(blobsDir, BLOBS_MARKER_FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unusable(blobsDir, error);
  } finally {
    await rm(aside, { force: true });
  }
  const made = await readBlobsMarker(blobsDir);
  if (made) return made;
  throw unusable(blobsDir, new Error('its marker is empty'));
}

/**
 * Makes sure that this process uses the payload folder of all the others: the first one gives the folder an id and names it in
 * the store, every later one compares.
 * @throws HeadroomError `HEADROOM_BLOBS_MISMATCH`, `HEADROOM_BLOBS_UNREADABLE`
 */
export async function joinBlobsFolder(store: KeyValueStore, blobsDir: string): Promise<string> {
  await mkdir(blobsDir, { recursive: true }).catch((error: unknown) => {
    throw unusable(blobsDir, error);
  });
  // In this order: the store names an id only when the folder has it already.
  const wanted = await storedBlobsMarker(store);
  const found = await readBlobsMarker(blobsDir);
  if (found === undefined && wanted !== undefined) throw mismatch(blobsDir, found, wanted);
  const id = found ?? (await makeMarker(blobsDir));
  const { value } = await store.putIfAbsent(MARKER_KEY, id);
  if (value !== id) throw mismatch(blobsDir, id, value);
  return id;
}
