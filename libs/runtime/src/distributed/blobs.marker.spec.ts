import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMemory, type EmbeddedParts } from '../index.js';
import { BLOBS_MARKER_FILE, joinBlobsFolder } from './blobs.marker.js';

let parts: EmbeddedParts;
let dir: string;

beforeEach(async () => {
  parts = await openMemory();
  dir = await mkdtemp(join(tmpdir(), 'headroom-blobs-'));
});

afterEach(async () => {
  await parts.close();
  await rm(dir, { recursive: true });
});

describe('the payload folder', () => {
  it('gets one id, however many processes come first at once, and later ones find the same', async () => {
    const folder = join(dir, 'blobs');

    const ids = await Promise.all(Array.from({ length: 8 }, () => joinBlobsFolder(parts.store, folder)));
    const later = await joinBlobsFolder(parts.store, folder);

    expect(new Set([...ids, later]).size).toBe(1);
    expect((await readFile(join(folder, BLOBS_MARKER_FILE), 'utf8')).trim()).toBe(later);
  });

  it.each([
    ['an empty one', undefined],
    ['one of another installation', 'another-id'],
  ])('is refused when it is %s, with the id that it should have', async (_what, marker) => {
    const id = await joinBlobsFolder(parts.store, join(dir, 'blobs'));
    const other = await mkdtemp(join(dir, 'other-'));
    if (marker) await writeFile(join(other, BLOBS_MARKER_FILE), marker);

    await expect(joinBlobsFolder(parts.store, other)).rejects.toMatchObject({
      code: 'HEADROOM_BLOBS_MISMATCH',
      message: expect.stringContaining(id),
    });
  });

  it('is taken up again after the store has lost everything', async () => {
    const id = await joinBlobsFolder(parts.store, dir);
    const fresh = await openMemory();

    expect(await joinBlobsFolder(fresh.store, dir)).toBe(id);
    await fresh.close();
  });

  it('is refused when it cannot be made, and says so', async () => {
    await writeFile(join(dir, 'file'), '');

    await expect(joinBlobsFolder(parts.store, join(dir, 'file', 'blobs'))).rejects.toMatchObject({
      code: 'HEADROOM_BLOBS_UNREADABLE',
    });
  });
});
