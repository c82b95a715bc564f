import { HeadroomError, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '../../blobs/blob.port.js';
import type { Offsets } from './lane.state.js';

const MANIFEST_TYPE = 'application/vnd.headroom.state-manifest+json';
const SEGMENT_TYPE = 'application/vnd.headroom.state-segment';
/** A segment ends at this size, so that a snapshot needs little memory beside the state itself. */
const SEGMENT_BYTES = 16_777_216;

/** Names a snapshot; part of its bytes, so that no other blob can have the same hash. */
export interface SnapshotName {
  group: string;
  partition: number;
  log: string;
  epoch: number;
  sequence: number;
}

/** Where the JSON of a value is: number of the segment, first byte, length. */
type EntryRow = [key: string, segment: number, start: number, length: number];

interface Manifest extends SnapshotName {
  format: 1;
  /** Next input offset by topic, decimal. */
  offsets: Record<string, string>;
  segments: BlobRef[];
  entries: EntryRow[];
}

/** Where a value is. */
interface Place {
  segment: string;
  start: number;
  length: number;
}

interface Segment {
  ref: BlobRef;
  /** Bytes of values that are current. */
  live: number;
}

/** A snapshot that was read. */
export interface LoadedSnapshot {
  values: Map<string, unknown>;
  offsets: Map<string, bigint>;
  name: SnapshotName;
}

/**
 * Reads and writes snapshots as blobs: segments that hold the values that changed, and a manifest that says which
 * segments count. A segment is rewritten from memory when most of it is outdated, or when a newer one has grown to its
 * size, so that their number stays small.
 */
export class SnapshotFiles {
  readonly #blobs: BlobStore;
  #places = new Map<string, Place>();
  #segments = new Map<string, Segment>();
  /** Segments of the manifests that were read or written here. */
  readonly #manifests = new Map<string, readonly BlobRef[]>();

  constructor(blobs: BlobStore) {
    this.#blobs = blobs;
  }

  /**
   * Values and offsets of a snapshot.
   * @throws HeadroomError as `BlobStore.get`
   */
  async load(ref: BlobRef): Promise<LoadedSnapshot> {
    const manifest = await this.#manifest(ref);
    const rows = Map.groupBy(manifest.entries, ([, index]) => index);
    const values = new Map<string, unknown>();
    this.#places = new Map();
    this.#segments = new Map(manifest.segments.map((segment) => [segment.sha256, { ref: segment, live: 0 }]));
    for (const [index, segment] of manifest.segments.entries()) {
      const bytes = await this.#blobs.get(segment);
      for (const [key, , start, length] of rows.get(index) ?? []) {
        values.set(key, JSON.parse(bytes.toString('utf8', start, start + length)) as unknown);
        this.#place(key, { segment: segment.sha256, start, length });
      }
    }
    const offsets = Object.entries(manifest.offsets).map(([topic, next]): [string, bigint] => [topic, BigInt(next)]);
    return { values, offsets: new Map(offsets), name: manifest };
  }

  async #manifest(ref: BlobRef): Promise<Manifest> {
    const manifest = JSON.parse((await this.#blobs.get(ref)).toString('utf8')) as Manifest;
    // The hash was right, so another version wrote it.
    if ((manifest.format as number) === 1) {
      this.#manifests.set(ref.sha256, manifest.segments);
      return manifest;
    }
    const message = `The snapshot ${ref.sha256} has the format ${String(manifest.format)}; start a version that knows it`;
    throw new HeadroomError(message, { code: 'HEADROOM_SNAPSHOT_FORMAT' });
  }

  #place(key: string, place: Place | undefined): void {
    const before = this.#places.get(key);
    const left = before && this.#segments.get(before.segment);
    if (left) left.live -= before.length;
    if (!place) return void this.#places.delete(key);
    this.#places.set(key, place);
    const segment = this.#segments.get(place.segment);
    if (segment) segment.live += place.length;
  }

  /** Writes the values that changed, and a manifest of all. What was written before stays as it is. */
  async write(
    name: SnapshotName,
    values: ReadonlyMap<string, unknown>,
    changed: ReadonlySet<string>,
    offsets: Offsets,
  ): Promise<BlobRef> {
    const places = new Map(this.#places);
    const segments = [...this.#segments.values()].map((each) => ({ ...each }));
    try {
      return await this.#write(name, values, changed, offsets);
    } catch (error) {
      this.#places = places;
      this.#segments = new Map(segments.map((each) => [each.ref.sha256, each]));
      throw error;
    }
  }

  async #write(
    name: SnapshotName,
    values: ReadonlyMap<string, unknown>,
    changed: ReadonlySet<string>,
    offsets: Offsets,
  ): Promise<BlobRef> {
    const before = [...this.#segments];
    let batch = new Map<string, Buffer>();
    let size = 0;
    let bytes = 0;
    const add = async (key: string): Promise<void> => {
      this.#place(key, undefined);
      if (!values.has(key)) return;
      const text = Buffer.from(`${JSON.stringify(values.get(key))}\n`);
      batch.set(key, text);
      size += text.length;
      bytes += text.length;
      if (size < SEGMENT_BYTES) return;
      await this.#writeSegment(name, batch);
      batch = new Map();
      size = 0;
    };
    for (const key of changed) await add(key);
    for (const key of this.#takeOver(before, bytes)) await add(key);
    if (batch.size > 0) await this.#writeSegment(name, batch);
    return this.#writeManifest(name, offsets);
  }

  /** Gives up the segments that are not worth keeping; returns the keys that must be written again. */
  #takeOver(segments: readonly (readonly [string, Segment])[], written: number): string[] {
    const given = new Set<string>();
    let bytes = written;
    for (const [sha256, { ref, live }] of segments.toReversed()) {
      const isLarge = live > bytes || live >= SEGMENT_BYTES / 2;
      if (live * 2 > ref.size && isLarge) continue;
      given.add(sha256);
      bytes += live;
      this.#segments.delete(sha256);
    }
    return [...this.#places].filter(([, place]) => given.has(place.segment)).map(([key]) => key);
  }

  async #writeSegment(name: SnapshotName, texts: ReadonlyMap<string, Buffer>): Promise<void> {
    const { group, partition, log, epoch, sequence } = name;
    const head = Buffer.from(`${JSON.stringify({ format: 1, group, partition, log, epoch, sequence })}\n`);
    const ref = await this.#blobs.put(Buffer.concat([head, ...texts.values()]), SEGMENT_TYPE);
    this.#segments.set(ref.sha256, { ref, live: 0 });
    let start = head.length;
    for (const [key, text] of texts) {
      this.#place(key, { segment: ref.sha256, start, length: text.length });
      start += text.length;
    }
  }

  async #writeManifest(name: SnapshotName, offsets: Offsets): Promise<BlobRef> {
    const { group, partition, log, epoch, sequence } = name;
    const segments = [...this.#segments.values()].map((segment) => segment.ref);
    const numbers = new Map(segments.map((ref, index) => [ref.sha256, index]));
    const manifest: Manifest = {
      format: 1,
      group,
      partition,
      log,
      epoch,
      sequence,
      offsets: Object.fromEntries([...offsets].map(([topic, next]) => [topic, String(next)])),
      segments,
      entries: [...this.#places].map(([key, { segment, start, length }]) => [
        key,
        numbers.get(segment) ?? -1,
        start,
        length,
      ]),
    };
    const ref = await this.#blobs.put(Buffer.from(JSON.stringify(manifest)), MANIFEST_TYPE);
    this.#manifests.set(ref.sha256, segments);
    return ref;
  }

  /** Deletes the blobs of a snapshot, except those that others need. */
  async remove(ref: BlobRef, kept: readonly BlobRef[]): Promise<void> {
    const needed = new Set<string>();
    for (const each of kept) for (const segment of await this.#segmentsOf(each)) needed.add(segment.sha256);
    for (const segment of await this.#segmentsOf(ref)) {
      if (!needed.has(segment.sha256)) await this.#blobs.delete(segment.sha256);
    }
    await this.#blobs.delete(ref.sha256);
    this.#manifests.delete(ref.sha256);
  }

  async #segmentsOf(ref: BlobRef): Promise<readonly BlobRef[]> {
    return this.#manifests.get(ref.sha256) ?? (await this.#manifest(ref)).segments;
  }
}
