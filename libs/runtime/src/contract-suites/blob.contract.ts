import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sha256 } from '@headroom/contracts';
import type { BlobStore } from '../blobs/blob.port.js';

/** A blob store under test. */
export interface BlobHarness {
  blobs: BlobStore;
  /** Changes the stored bytes of a blob behind the store's back. Absent where nothing can reach them. */
  damage?(sha256: string): Promise<void>;
  close(): Promise<void>;
}

/** Defines the contract of a {@link BlobStore} for one implementation. */
export function blobContract(name: string, makeBlobs: () => Promise<BlobHarness>): void {
  describe(`blobs: ${name}`, () => {
    let harness: BlobHarness;
    let blobs: BlobStore;

    beforeEach(async () => {
      harness = await makeBlobs();
      blobs = harness.blobs;
    });

    afterEach(() => harness.close());

    it('gives back the bytes that it took, under their hash', async () => {
      const bytes = Buffer.from([0, 1, 2, 255]);

      const ref = await blobs.put(bytes, 'application/octet-stream');

      expect(ref).toEqual({ sha256: sha256(bytes), size: 4, mediaType: 'application/octet-stream' });
      expect(await blobs.get(ref)).toEqual(bytes);
      expect(await blobs.put(bytes, 'application/octet-stream')).toEqual(ref);
      expect(await blobs.has(ref.sha256)).toBe(true);
      expect(await blobs.has(sha256('other'))).toBe(false);
    });

    it('keeps an empty blob', async () => {
      const ref = await blobs.put(new Uint8Array(), 'text/plain');

      expect(await blobs.get(ref)).toEqual(Buffer.alloc(0));
    });

    it('says that a blob is missing, and that it may come', async () => {
      await expect(blobs.get({ sha256: sha256('never stored') })).rejects.toMatchObject({
        code: 'HEADROOM_BLOB_MISSING',
        retryable: true,
      });
    });

    it('refuses a reference of another size', async () => {
      const ref = await blobs.put(Buffer.from('abc'), 'text/plain');

      await expect(blobs.get({ ...ref, size: 4 })).rejects.toMatchObject({ code: 'HEADROOM_BLOB_CORRUPT' });
    });

    it('takes named bytes only under their own hash', async () => {
      const bytes = Buffer.from('named');

      await expect(blobs.putVerified(sha256('another'), bytes)).rejects.toMatchObject({
        code: 'HEADROOM_BLOB_DIGEST_MISMATCH',
      });

      expect(await blobs.has(sha256('another'))).toBe(false);
      const ref = await blobs.putVerified(sha256(bytes), bytes, 'text/plain');
      expect(await blobs.get(ref)).toEqual(bytes);
    });

    it('forgets a blob that was deleted, and takes it again', async () => {
      const ref = await blobs.put(Buffer.from('for a while'), 'text/plain');

      await blobs.delete(ref.sha256);
      await blobs.delete(ref.sha256);

      expect(await blobs.has(ref.sha256)).toBe(false);
      await blobs.put(Buffer.from('for a while'), 'text/plain');
      expect(await blobs.get(ref)).toEqual(Buffer.from('for a while'));
    });

    it('keeps named files apart from blobs: replaces, lists by folder, deletes', async () => {
      expect(await blobs.getNamed('suite/none')).toBeUndefined();
      expect(await blobs.listNamed('suite')).toEqual([]);

      await blobs.putNamed('suite/b/2.json', Buffer.from('old'));
      await blobs.putNamed('suite/b/2.json', Buffer.from('new'));
      await blobs.putNamed('suite/a', Buffer.from('a'));
      await blobs.putNamed('suite-of-others/a', Buffer.from('other'));

      expect((await blobs.getNamed('suite/b/2.json'))?.toString()).toBe('new');
      expect(await blobs.listNamed('suite')).toEqual(['suite/a', 'suite/b/2.json']);
      await blobs.deleteNamed('suite/a');
      await blobs.deleteNamed('suite/a');
      expect(await blobs.listNamed('suite')).toEqual(['suite/b/2.json']);
    });

    it('refuses a name that leads out of its folder', async () => {
      for (const name of ['../a', 'a/../b', '/a', 'a//b', '', '.hidden', 'a b']) {
        await expect((async () => blobs.putNamed(name, Buffer.from('x')))()).rejects.toMatchObject({
          code: 'HEADROOM_BLOB_NAME_INVALID',
        });
      }
    });

    it('refuses a name that is no hash', async () => {
      await expect(blobs.get({ sha256: '../../etc/passwd' })).rejects.toMatchObject({
        code: 'HEADROOM_BLOB_DIGEST_INVALID',
      });
    });

    it('notices damaged bytes (where something can reach them), and heals when they are put again', async () => {
      const ref = await blobs.put(Buffer.from('whole'), 'text/plain');
      if (!harness.damage) return expect(await blobs.get(ref)).toEqual(Buffer.from('whole'));
      await harness.damage(ref.sha256);

      await expect(blobs.get(ref)).rejects.toMatchObject({ code: 'HEADROOM_BLOB_CORRUPT' });

      await blobs.put(Buffer.from('whole'), 'text/plain');
      expect(await blobs.get(ref)).toEqual(Buffer.from('whole'));
    });
  });
}
