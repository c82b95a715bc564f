import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { openMirror, type GitMirror } from './git.mirror.js';
import { findWords, revertCommit } from './git.revert.js';
import { parsePatch } from './patch.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

async function history(...commits: TestCommit[]): Promise<{ mirror: GitMirror; ids: string[] }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-revert-'));
  folders.push(dir);
  const { bare, commits: ids } = await buildRepository(dir, commits);
  return { mirror: await openMirror({ location: bare, cacheDir: join(dir, 'cache') }), ids };
}

const lines = (...changed: string[]): string =>
  Array.from({ length: 30 }, (_, at) => changed.find((line) => line.startsWith(`${at} `)) ?? `${at}`).join('\n') + '\n';
const author = { name: 'Maintainer', email: 'maintainer@project.example' };

describe('revertCommit', () => {
  it('takes a change back beside later ones, files that came and went included', async () => {
    const { mirror, ids } = await history(
      { message: 'One', files: { 'a.txt': lines(), 'old.txt': 'old\n' } },
      { message: 'Wrong', files: { 'a.txt': lines('3 slow'), 'old.txt': null, 'new "n".txt': 'new\n' } },
      { message: 'Later', files: { 'a.txt': `first\n${lines('3 slow', '25 later')}` } },
    );

    const revert = await revertCommit(mirror, { base: 'main', commit: ids[1]! });

    if (revert.status !== 'clean') throw new Error(revert.status);
    const { tree, commit } = await mirror.commitPatch({ base: 'main', patch: revert.patch, message: 'Back', author });
    expect(tree).toBe(revert.tree);
    expect(await mirror.readFile(commit, 'a.txt')).toBe(`first\n${lines('25 later')}`);
    expect(await mirror.listFiles(commit)).toEqual(['a.txt', 'old.txt']);
    expect(await mirror.resolve('main')).toBe(ids[2]);
    expect(parsePatch(revert.patch).files.map(({ path }) => path)).toContain('a.txt');
  });

  it('names the files in which later changes stand in the way', async () => {
    const { mirror, ids } = await history(
      { message: 'One', files: { 'a.txt': lines(), 'b.txt': lines() } },
      { message: 'Wrong', files: { 'a.txt': lines('3 slow'), 'b.txt': lines('3 slow'), 'c.txt': 'new\n' } },
      { message: 'Later', files: { 'a.txt': lines('3 slower'), 'c.txt': 'newer\n' } },
    );

    const revert = await revertCommit(mirror, { base: 'main', commit: ids[1]! });

    expect(revert).toMatchObject({ status: 'conflict' });
    expect('paths' in revert && revert.paths).toEqual(expect.arrayContaining(['c.txt']));
    expect('paths' in revert && revert.paths).not.toContain('b.txt');
  });

  it('keeps the bytes of a file that is not UTF-8, or leaves it', async () => {
    const text = (line: string, end: string): Buffer => Buffer.from(lines(`3 ${line}`, `29 ${end}`), 'latin1');
    const { mirror, ids } = await history(
      { message: 'One', files: { 'a.txt': text('fast', 'größe'), 'b.txt': text('fast', 'größe') } },
      { message: 'Far from it', files: { 'a.txt': text('slow', 'größe') } },
      { message: 'On it', files: { 'b.txt': text('slow', 'grosse') } },
      { message: 'Expected', files: { 'a.txt': text('fast', 'größe') }, branch: 'expected', parents: [2] },
    );

    const revert = await revertCommit(mirror, { base: 'main', commit: ids[1]! });
    if (revert.status !== 'clean') throw new Error(revert.status);
    const { commit } = await mirror.commitPatch({ base: 'main', patch: revert.patch, message: 'Back', author });

    expect(revert.tree).toBe(await mirror.treeOf(commit));
    expect(revert.tree).toBe(await mirror.treeOf(ids[3]!));
    expect(await revertCommit(mirror, { base: 'main', commit: ids[2]! })).toEqual({ status: 'not-text' });
  });

  it('leaves merges, the first commit, and what was taken back already', async () => {
    const { mirror, ids } = await history(
      { message: 'One', files: { 'a.txt': lines() } },
      { message: 'Side', files: { 'b.txt': 'b\n' }, branch: 'side' },
      { message: 'Main', files: { 'a.txt': lines('3 slow') }, parents: [0] },
      { message: 'Merge', files: { 'b.txt': 'b\n' }, parents: [2, 1] },
      { message: 'Back', files: { 'a.txt': lines() } },
    );
    const statusOf = async (at: number) => (await revertCommit(mirror, { base: 'main', commit: ids[at]! })).status;

    expect([await statusOf(0), await statusOf(2), await statusOf(3)]).toEqual(['root', 'gone', 'merge']);
  });
});

describe('findWords', () => {
  it('finds whole words in the tree that a revert makes', async () => {
    const { mirror, ids } = await history(
      { message: 'One', files: { 'a.ts': 'export const a = 1;\n' } },
      { message: 'Wrong', files: { 'a.ts': 'export const a = 1;\nexport const price = 2;\n' } },
      { message: 'Later', files: { 'sub/ü b.ts': "import { price } from '../a';\nprices(price);\npriced();\n" } },
    );
    const revert = await revertCommit(mirror, { base: 'main', commit: ids[1]! });
    if (revert.status !== 'clean') throw new Error(revert.status);

    const find = (words: string[]) => findWords(mirror, { tree: revert.tree, words });

    expect(await find(['price', '--help'])).toEqual([
      { path: 'sub/ü b.ts', line: 1, text: "import { price } from '../a';" },
      { path: 'sub/ü b.ts', line: 2, text: 'prices(price);' },
    ]);
    expect([await find(['cost']), await find([])]).toEqual([[], []]);
  });
});
