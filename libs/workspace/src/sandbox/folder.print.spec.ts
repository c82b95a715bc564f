import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, chmod, mkdir, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folderPrint } from './folder.print.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  await mkdir(join(dir, 'bench'));
  await writeFile(join(dir, 'bench/run.ts'), 'run(100);');
  await writeFile(join(dir, 'index.ts'), 'export {};');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

describe('folderPrint', () => {
  it('is the same as long as nothing changes', async () => {
    expect(await folderPrint(dir)).toBe(await folderPrint(dir));
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a file is added', () => writeFile(join(dir, 'bench/more.ts'), '')],
    ['a folder is added', () => mkdir(join(dir, 'node_modules'))],
    ['a link is added', () => symlink('/', join(dir, 'root'))],
    ['a file is removed', () => rm(join(dir, 'index.ts'))],
    ['a file grows', () => appendFile(join(dir, 'index.ts'), '//')],
    ['a file becomes executable', () => chmod(join(dir, 'index.ts'), 0o755)],
    ['a folder gets another name', () => rename(join(dir, 'bench'), join(dir, 'benches'))],
    [
      'a file is written with the same size, and its time set back',
      async () => {
        const { atime, mtime } = await stat(join(dir, 'bench/run.ts'));
        await writeFile(join(dir, 'bench/run.ts'), 'run(000);');
        await utimes(join(dir, 'bench/run.ts'), atime, mtime);
      },
    ],
  ])('is another one when %s', async (_name, change) => {
    const before = await folderPrint(dir);

    await change();

    expect(await folderPrint(dir)).not.toBe(before);
  });
});
