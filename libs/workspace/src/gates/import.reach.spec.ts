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

  it('follows imports of Python, relative and absolute', async () => {
    const python: Readonly<Record<string, string>> = {
      'app/shop/till.py': 'import os, shop.money as money\nfrom . import tax\nfrom ..lib.text import (\n  clean,\n)\n',
      'app/shop/money.py': 'from shop import coins\n',
      'app/shop/coins.py': '',
      'app/shop/tax.py': 'from .....outside import x\n',
      'app/lib/text.py': '',
      'app/lib/other.py': '',
    };
    const files = await reachableFiles('app/shop/till.py', (path) => Promise.resolve(python[path]));

    expect(files.sort()).toEqual(
      Object.keys(python)
        .filter((path) => path !== 'app/lib/other.py')
        .sort(),
    );
  });

  it('finds nothing from a file that is not there', async () => {
    expect(await reachableFiles('src/none.ts', () => Promise.resolve(undefined))).toEqual([]);
  });
});
