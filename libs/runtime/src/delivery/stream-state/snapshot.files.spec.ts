import { beforeEach, describe, expect, it } from '@jest/globals';
import { HeadroomError, type BlobRef } from '@headroom/contracts';
import * as fc from 'fast-check';
import { MemoryBlobs } from '../../blobs/memory.blobs.js';
import { SnapshotFiles } from './snapshot.files.js';

/** Counts what is written, keeps track of what is there, and fails on demand. */
class CountingBlobs extends MemoryBlobs {
  readonly there = new Set<string>();
  bytes = 0;
  failing = false;

  override async put(bytes: Uint8Array, mediaType: string): Promise<BlobRef> {
    if (this.failing) throw new HeadroomError('away', { code: 'HEADROOM_SUITE_AWAY', retryable: true });
    const ref = await super.put(bytes, mediaType);
    this.bytes += bytes.byteLength;
    this.there.add(ref.sha256);
    return ref;
  }

  override async delete(digest: string): Promise<void> {
    this.there.delete(digest);
    await super.delete(digest);
  }
}

const OFFSETS = new Map([['topic', 12n]]);
let blobs: CountingBlobs;
let files: SnapshotFiles;
let sequence = 0;

beforeEach(() => {
  blobs = new CountingBlobs();
  files = new SnapshotFiles(blobs);
});

function write(values: Map<string, unknown>, changed: Iterable<string>): Promise<BlobRef> {
  sequence += 1;
  const name = { group: 'detector', partition: 3, log: 'log', epoch: 1, sequence };
  return files.write(name, values, new Set(changed), OFFSETS);
}

describe('snapshot files', () => {
  it('give back values and offsets', async () => {
    const values = new Map<string, unknown>([
      ['service/ü', { text: 'größer\n', list: [1, null] }],
      ['service/b', 'b'],
    ]);
    const ref = await write(values, values.keys());

    const loaded = await new SnapshotFiles(blobs).load(ref);

    expect(loaded.values).toEqual(values);
    expect(loaded.offsets).toEqual(OFFSETS);
  });

  it('write only what changed', async () => {
    const values = new Map<string, unknown>();
    for (let index = 0; index < 100; index += 1) values.set(`service/${index}`, 'x'.repeat(10_000));
    await write(values, values.keys());
    const before = blobs.bytes;

    values.set('service/7', 'y'.repeat(10_000));
    await write(values, ['service/7']);

    expect(blobs.bytes - before).toBeLessThan(20_000);
  });

  it('hold the same after any writes, in few segments, and clear up behind themselves', async () => {
    const change = fc.record({ key: fc.integer({ min: 0, max: 30 }), size: fc.integer({ min: -50, max: 400 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 40 }), async (rounds) => {
        blobs = new CountingBlobs();
        files = new SnapshotFiles(blobs);
        const values = new Map<string, unknown>();
        let kept: BlobRef[] = [];
        for (const changes of rounds) {
          for (const { key, size } of changes) {
            if (size < 0) values.delete(`k${key}`);
            else values.set(`k${key}`, 'x'.repeat(size));
          }
          const ref = await write(
            values,
            changes.map(({ key }) => `k${key}`),
          );
          kept = [ref, ...kept];
          for (const old of kept.splice(2)) await files.remove(old, kept);
          const loaded = await new SnapshotFiles(blobs).load(ref);
          expect(loaded.values).toEqual(values);
        }
        if (kept[1]) await new SnapshotFiles(blobs).load(kept[1]);
        // Two manifests, and for each of them segments that double in size.
        expect(blobs.there.size).toBeLessThanOrEqual(2 + 2 * 12);
      }),
      { numRuns: 60 },
    );
  });

  it('spread much state over segments of bounded size', async () => {
    const sizes = [9, 9, 9, 1].map((size, index): [string, unknown] => [`k${index}`, 'x'.repeat(size * 1_000_000)]);
    const values = new Map(sizes);

    const ref = await write(values, values.keys());

    expect(blobs.there.size).toBe(3);
    expect((await new SnapshotFiles(blobs).load(ref)).values).toEqual(values);
  });

  it('lose nothing when a write fails', async () => {
    const values = new Map<string, unknown>([
      ['a', 'a'.repeat(100)],
      ['b', 'b'.repeat(100)],
    ]);
    await write(values, values.keys());
    values.set('a', 'new');
    blobs.failing = true;
    await expect(write(values, ['a'])).rejects.toMatchObject({ code: 'HEADROOM_SUITE_AWAY' });
    blobs.failing = false;

    const ref = await write(values, ['a']);

    expect((await new SnapshotFiles(blobs).load(ref)).values).toEqual(values);
  });

  it('refuse a format of another version', async () => {
    const ref = await blobs.put(Buffer.from('{"format":2}'), 'text/plain');

    await expect(files.load(ref)).rejects.toMatchObject({ code: 'HEADROOM_SNAPSHOT_FORMAT' });
  });
});
