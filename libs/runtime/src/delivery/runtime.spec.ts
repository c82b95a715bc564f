import { afterAll, beforeAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runtimeContract } from '../contract-suites/index.js';
import { openEmbedded, openMemory } from '../index.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'headroom-runtime-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

runtimeContract('embedded, in memory (a restart is a new runtime on the same memory)', async () => {
  const parts = await openMemory();
  return { ...parts, trim: () => parts.log.clean(), restart: async () => parts };
});

runtimeContract('embedded, in a file', async () => {
  const dir = await mkdtemp(join(root, 'data-'));
  let parts = await openEmbedded(dir);
  return {
    log: parts.log,
    store: parts.store,
    blobs: parts.blobs,
    trim: () => parts.log.clean(),
    restart: async () => {
      await parts.close();
      parts = await openEmbedded(dir);
      return { log: parts.log, store: parts.store };
    },
    close: () => parts.close(),
  };
});
