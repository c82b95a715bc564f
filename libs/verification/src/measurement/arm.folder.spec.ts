import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArmFolder } from './arm.folder.js';

let root: string;
let made: number;
let folder: ArmFolder;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  made = 0;
  folder = new ArmFolder({
    make: async () => {
      made++;
      await rm(join(root, 'arm'), { recursive: true, force: true });
      await mkdir(join(root, 'arm'));
      return join(root, 'arm');
    },
    prepare: (dir) => writeFile(join(dir, 'bench.ts'), 'run(100);'),
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const benchIn = (dir: string): Promise<string> => readFile(join(dir, 'bench.ts'), 'utf8');

describe('the folder of an arm', () => {
  it('is made once where runs leave it as it was', async () => {
    await folder.use(benchIn);
    await folder.use(benchIn);

    expect({ made, renewed: folder.renewed }).toEqual({ made: 1, renewed: 0 });
  });

  it('is made anew after a run that changed it, so that the next run finds the same files', async () => {
    await folder.use((dir) => writeFile(join(dir, 'bench.ts'), 'run(000);'));

    expect(await folder.use(benchIn)).toBe('run(100);');
    expect({ made, renewed: folder.renewed }).toEqual({ made: 2, renewed: 1 });
  });
});
