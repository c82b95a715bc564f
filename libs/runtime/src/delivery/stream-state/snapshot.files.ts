import { HeadroomError, type BlobRef } from '@headroom/contracts';
import type { BlobStore } from '../../blobs/blob.port.js';
import type { Offsets } from './lane.state.js';

const MANIFEST_TYPE = 'application/vnd.headroom.state-manifest+json';
const SEGMENT_TYPE = 'application/vnd.headroom.state-segment';

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
    const texts: Buffer[] = [];
    for (const segment of manifest.segments) texts.push(await this.#blobs.get(segment));
    const values = new Map<string, unknown>();
    this.#places = new Map();
    this.#segments = new Map(manifest.segments.map((segment) => [segment.sha256, { ref: segment, live: 0 }]));
    for (const [key, index, start, length] of manifest.entries) {
      const segment = manifest.segments[index]?.sha256 ?? '';
      values.set(key, JSON.parse(texts[index]?.toString('utf8', start, start + length) ?? '') as unknown);
      this.#place(key, { segment, start, length });
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
    const before = { places: new Map(this.#places), segments: [...this.#segments.values()].map((each) => ({ ...each })) };
    try {
      return await this.#write(name, values, changed, offsets);
    } catch (error) {
      this.#places = before.places;
      this.#segments = new Map(before.segments.map((each) => [each.ref.sha256, each]));
      throw error;
    }
  }

  async #write(
    name: SnapshotName,
    values: ReadonlyMap<string, unknown>,
    changed: ReadonlySet<string>,
    offsets: Offsets,
  ): Promise<BlobRef> {
    const texts = new Map<string, Buffer>();
    for (const key of changed) {
      this.#place(key, undefined);
      if (values.has(key)) texts.set(key, Buffer.from(`${JSON.stringify(values.get(key))}\n`));
    }
    this.#takeOver(texts, values);
    if (texts.size > 0) await this.#writeSegment(name, texts);
    return this.#writeManifest(name, offsets);
  }

  /** Adds the values of segments that are not worth keeping. */
  #takeOver(texts: Map<string, Buffer>, values: ReadonlyMap<string, unknown>): void {
    let bytes = [...texts.values()].reduce((sum, text) => sum + text.length, 0);
    const given = new Set<string>();
    for (const [sha256, { ref, live }] of [...this.#segments].toReversed()) {
      if (live * 2 > ref.size && live > bytes) continue;
      given.add(sha256);
      bytes += live;
    }
    for (const [key, { segment }] of [...this.#places]) {
      if (!given.has(segment)) continue;
      this.#place(key, undefined);
      texts.set(key, Buffer.from(`${JSON.stringify(values.get(key))}\n`));
    }
    for (const sha256 of given) this.#segments.delete(sha256);
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
