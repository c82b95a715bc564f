import { HeadroomError, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '../../blobs/blob.port.js';
import type { KeyValueStore } from '../../store/key-value.port.js';
import { claimKey, pointerKey } from '../keys.js';
import type { StoredRecord } from '../stored.record.js';
import type { FoldRun } from './fold.order.js';

/** A snapshot, and the order in which records were folded after it, up to the next newer one. */
export interface SnapshotBase {
  /** Absent: the beginning of the log. */
  manifest?: BlobRef;
  /** In the newest base: as far as outputs were published. */
  order: FoldRun[];
}

/** Where the state of a partition is. */
export interface SnapshotPointer {
  format: 1;
  /** Identity of the log that the offsets belong to. */
  log: string;
  /** Grows with each lane that takes the partition over. */
  epoch: number;
  /** Grows with each snapshot. */
  sequence: number;
  /** Newest first: one or two. */
  bases: SnapshotBase[];
  /** Outputs of folded records that may not have been published. */
  outbox: StoredRecord[];
}

interface Claim {
  epoch: number;
  owner: string;
}

/** A claim that others take at the same moment is tried again. */
const CLAIM_TRIES = 20;

function newer(left: SnapshotPointer | undefined, right: SnapshotPointer | undefined): SnapshotPointer | undefined {
  if (!left || !right) return left ?? right;
  const ahead = right.epoch - left.epoch || right.sequence - left.sequence;
  return ahead > 0 ? right : left;
}

function parsed(name: string, bytes: Buffer): SnapshotPointer {
  try {
    return JSON.parse(bytes.toString('utf8')) as SnapshotPointer;
  } catch (error) {
    const message = `The file named/${name} of the blob store is damaged; restore it, or delete it where the key-value store is whole`;
    throw new HeadroomError(message, { code: 'HEADROOM_SNAPSHOT_POINTER_DAMAGED', cause: error });
  }
}

/** Names the file beside the blobs; a file for each epoch, so that a late writer overwrites nothing. */
function fileName(folder: string, epoch: number): string {
  return `${folder}/${String(epoch).padStart(12, '0')}.json`;
}

/**
 * The record that says where the snapshots of one partition are. It is in the key-value store, written only by the lane
 * that holds the claim; a copy is beside the blobs, for a store that was emptied or set back.
 */
export class PointerRecord {
  readonly #store: KeyValueStore;
  readonly #blobs: BlobStore;
  readonly #claimKey: string;
  readonly #pointerKey: string;
  readonly #folder: string;
  readonly #owner: string;
  #claim: Claim | undefined;

  /** @param log identity of the log */
  constructor(
    place: { group: string; partition: number; log: string },
    parts: { store: KeyValueStore; blobs: BlobStore },
    owner: string,
  ) {
    const { group, partition, log } = place;
    this.#store = parts.store;
    this.#blobs = parts.blobs;
    this.#claimKey = claimKey(group, partition);
    this.#pointerKey = pointerKey(group, partition);
    this.#folder = `streams/${log}/${group}/${partition}`;
    this.#owner = owner;
  }

  /** Where an operator finds it: the key, and the folder below `named/`. */
  get where(): { key: string; folder: string } {
    return { key: this.#pointerKey, folder: this.#folder };
  }

  /**
   * Takes the partition over: from here on no other lane's `write` succeeds. Returns what is known of it.
   * @throws HeadroomError `HEADROOM_SNAPSHOT_CLAIM`, `HEADROOM_SNAPSHOT_POINTER_DAMAGED`; the reason of `signal`
   */
  async claim(signal: AbortSignal): Promise<{ epoch: number; pointer: SnapshotPointer | undefined }> {
    for (let tries = 0; tries < CLAIM_TRIES; tries += 1) {
      const current = await this.#store.get<Claim>(this.#claimKey);
      const known = newer(await this.#store.get<SnapshotPointer>(this.#pointerKey), await this.#newestFile());
      const claim = { epoch: Math.max(current?.epoch ?? 0, known?.epoch ?? 0) + 1, owner: this.#owner };
      signal.throwIfAborted();
      if (!(await this.#store.compareAndSet(this.#claimKey, current, claim))) continue;
      this.#claim = claim;
      // Read again: until the claim held, the lane before could still write.
      const pointer = newer(await this.#store.get<SnapshotPointer>(this.#pointerKey), await this.#newestFile());
      return { epoch: claim.epoch, pointer };
    }
    const message = `Other lanes keep claiming ${this.#claimKey}; look for members that lose their partitions again and again`;
    throw new HeadroomError(message, { code: 'HEADROOM_SNAPSHOT_CLAIM', retryable: true });
  }

  async #newestFile(): Promise<SnapshotPointer | undefined> {
    let newest: SnapshotPointer | undefined;
    for (const name of await this.#blobs.listNamed(this.#folder)) {
      const bytes = await this.#blobs.getNamed(name);
      if (bytes) newest = newer(newest, parsed(name, bytes));
    }
    return newest;
  }

  /** Replaces the record if this lane's claim still holds; false when another lane has claimed the partition. */
  async write(pointer: SnapshotPointer): Promise<boolean> {
    const claim = this.#claim;
    if (!claim) return false;
    const put = { type: 'put', key: this.#pointerKey, value: pointer } as const;
    if (await this.#store.transact([{ type: 'check', key: this.#claimKey, value: claim }, put])) return true;
    const current = await this.#store.get<Claim>(this.#claimKey);
    if (current && current.epoch >= claim.epoch) return false;
    // The store was emptied or set back, nobody has taken over: the claim is written again.
    const check = { type: 'check', key: this.#claimKey, value: current } as const;
    return this.#store.transact([check, { type: 'put', key: this.#claimKey, value: claim }, put]);
  }

  /** Writes the copy beside the blobs, and removes those of earlier epochs. */
  async writeFile(pointer: SnapshotPointer): Promise<void> {
    const name = fileName(this.#folder, pointer.epoch);
    await this.#blobs.putNamed(name, Buffer.from(JSON.stringify(pointer)));
    for (const each of await this.#blobs.listNamed(this.#folder)) {
      if (each < name) await this.#blobs.deleteNamed(each);
    }
  }
}
