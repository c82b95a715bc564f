import { mkdtemp, readFile, rm, writeFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { applyPatch, parsePatch } from './patch.js';
import { patchOfTexts } from './text.patch.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'text-patch-'));
  await mkdir(join(folder, 'src'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const lines = (...changed: string[]): string => ['one', 'two', 'three', 'four', ...changed, ''].join('\n');

describe('patchOfTexts', () => {
  it('yields what git reads and applies, for changed, new and removed files', async () => {
    await writeFile(join(folder, 'src/a.ts'), lines('five'));
    await writeFile(join(folder, 'old.ts'), 'gone\n');
    const patch = await patchOfTexts([
      { path: 'src/a.ts', before: lines('five'), after: lines('six') },
      { path: 'new file.ts', before: null, after: 'fresh\n' },
      { path: 'old.ts', before: 'gone\n', after: null },
    ]);
    await applyPatch(folder, patch);

    expect(await readFile(join(folder, 'src/a.ts'), 'utf8')).toBe(lines('six'));
    expect(await readFile(join(folder, 'new file.ts'), 'utf8')).toBe('fresh\n');
    expect(parsePatch(patch).files.map(({ path, status }) => [path, status])).toEqual([
      ['new file.ts', 'added'],
      ['old.ts', 'deleted'],
      ['src/a.ts', 'modified'],
    ]);
  });

  it('has as many lines of context as asked for', async () => {
    const patch = await patchOfTexts([{ path: 'a.ts', before: lines('five'), after: lines('six') }], {
      contextLines: 1,
    });

    expect(patch).toContain(' four\n-five\n+six\n');
    expect(patch).not.toContain('three');
  });

  it('is empty when nothing differs', async () => {
    expect(await patchOfTexts([{ path: 'a.ts', before: 'same\n', after: 'same\n' }])).toBe('');
  });
});
