import { describe, expect, it } from '@jest/globals';
import { reachableFiles } from './import.reach.js';

const FILES: Readonly<Record<string, string>> = {
  'src/a.ts': `import { b } from './b.js';\nimport type { T } from "../lib";\nimport fs from 'node:fs';`,
  'src/b.ts': `const c = require('./deep/c'); export * from './a.ts';`,
  'src/deep/c.js': `await import('../../outside.mjs'); import('../../../../etc/passwd');`,
  'lib/index.ts': '',
  'outside.mjs': '',
  'src/other.ts': '',
};

describe('reachableFiles', () => {
  it('follows relative imports of every form, through cycles, and stays in the repository', async () => {
    const asked: string[] = [];
    const files = await reachableFiles('src/a.ts', (path) => {
      asked.push(path);
      return Promise.resolve(FILES[path]);
    });

    expect(files.sort()).toEqual(['lib/index.ts', 'outside.mjs', 'src/a.ts', 'src/b.ts', 'src/deep/c.js']);
    expect(asked.filter((path) => path.startsWith('..'))).toEqual([]);
  });

  it('finds nothing from a file that is not there', async () => {
    expect(await reachableFiles('src/none.ts', () => Promise.resolve(undefined))).toEqual([]);
  });
});
