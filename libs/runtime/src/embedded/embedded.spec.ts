import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { blobContract, keyValueContract, logContract } from '../contract-suites/index.js';
import { openEmbedded, openMemory, type EmbeddedParts } from '../index.js';

const APPEND_DEADLINE_MS = 300;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'headroom-embedded-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** Another connection that holds the write lock: what an operator's shell would do. */
async function lockFile(file: string): Promise<() => Promise<void>> {
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  return async () => other.close();
}

async function fileParts(): Promise<{ dir: string; current: EmbeddedParts; reopen: () => Promise<EmbeddedParts> }> {
  const dir = await mkdtemp(join(root, 'data-'));
  const open = () => openEmbedded(dir, { appendDeadlineMs: APPEND_DEADLINE_MS });
  const state = {
    dir,
    current: await open(),
    reopen: async () => {
      await state.current.close();
      state.current = await open();
      return state.current;
    },
  };
  return state;
}

logContract('embedded, in memory (a restart is a new member on the same memory)', async () => {
  const parts = await openMemory({ appendDeadlineMs: APPEND_DEADLINE_MS });
  return {
    log: parts.log,
    restart: async () => {
      await parts.log.leaveAll();
      return parts.log;
    },
    stall: () => lockFile(parts.location),
    compact: () => parts.log.clean(),
    close: () => parts.close(),
  };
});

logContract('embedded, in a file', async () => {
  const state = await fileParts();
  return {
    log: state.current.log,
    restart: async () => (await state.reopen()).log,
    stall: () => lockFile(state.current.location),
    compact: () => state.current.log.clean(),
    close: () => state.current.close(),
  };
});

keyValueContract('embedded, in memory', async () => {
  const parts = await openMemory();
  return { store: parts.store, reopen: async () => parts.store, close: () => parts.close() };
});

keyValueContract('embedded, in a file', async () => {
  const state = await fileParts();
  return {
    store: state.current.store,
    reopen: async () => (await state.reopen()).store,
    close: () => state.current.close(),
  };
});

blobContract('in memory', async () => {
  const parts = await openMemory();
  return { blobs: parts.blobs, close: () => parts.close() };
});

blobContract('in a folder', async () => {
  const state = await fileParts();
  return {
    blobs: state.current.blobs,
    damage: (digest) => writeFile(join(state.dir, 'blobs', digest.slice(0, 2), digest), 'torn'),
    close: () => state.current.close(),
  };
});

describe('a data directory', () => {
  it('takes one owner at a time, and names it to the second', async () => {
    const { dir, current } = await fileParts();

    await expect(openEmbedded(dir)).rejects.toMatchObject({
      code: 'HEADROOM_DATA_DIRECTORY_IN_USE',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    });

    await current.close();
    const next = await openEmbedded(dir);
    await next.close();
  });

  it('says so when a file is in its place', async () => {
    const file = join(root, 'a-file');
    await writeFile(file, '');

    await expect(openEmbedded(file)).rejects.toMatchObject({
      code: 'HEADROOM_DATA_DIRECTORY_UNREADABLE',
      message: expect.stringContaining('choose another one') as unknown,
    });
  });

  it('says so when it does not hold a database, and lets it go', async () => {
    const dir = await mkdtemp(join(root, 'broken-'));
    await writeFile(join(dir, 'headroom.db'), 'this is no database, and long enough to be looked at '.repeat(20));

    await expect(openEmbedded(dir)).rejects.toMatchObject({ code: 'HEADROOM_DATA_DIRECTORY_UNREADABLE' });

    await rm(join(dir, 'headroom.db'));
    await (await openEmbedded(dir)).close();
  });

  it('ends the leases of an owner that died', async () => {
    const state = await fileParts();
    await state.current.store.acquire('work', 'dead owner', 3_600_000);

    const { store } = await state.reopen();

    expect(await store.acquire('work', 'next', 1_000)).toMatchObject({ outcome: 'granted', token: 2 });
    await state.current.close();
  });

  it('leaves no half-written blob beside the whole ones', async () => {
    const { dir, current } = await fileParts();
    const { sha256: digest } = await current.blobs.put(Buffer.from('abc'), 'text/plain');

    expect(await readdir(join(dir, 'blobs', digest.slice(0, 2)))).toEqual([digest]);
    await current.close();
  });

  it('drops records that are older than the retention of their topic, and counts on from there', async () => {
    let now = 1_000_000;
    const parts = await openMemory({ now: () => now });
    const topic = { name: 'short.lived.v1', partitions: 1, cleanupPolicy: 'delete', retentionMs: 1_000 } as const;
    await parts.log.ensureTopics([{ ...topic, maxMessageBytes: 1_000 }]);
    const append = (text: string) =>
      parts.log.append([{ topic: topic.name, key: null, value: Buffer.from(text), headers: [] }]);
    await append('old');
    now += 2_000;
    await parts.log.clean();

    await append('new');

    const records = await parts.log.read({ topic: topic.name, partition: 0 }, 0n, 10);
    expect(records.map((record) => [record.offset, record.value?.toString()])).toEqual([[1n, 'new']]);
    await parts.close();
  });
});
