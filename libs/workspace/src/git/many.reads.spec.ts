import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { BlameMemory } from './blame.memory.js';
import { changesOfCommits } from './commit.changes.js';
import { openMirror, type GitMirror } from './git.mirror.js';
import { ObjectReader } from './object.reader.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

async function world(history: TestCommit[]): Promise<{ commits: string[]; mirror: GitMirror }> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-many-reads-'));
  folders.push(dir);
  const { bare, commits } = await buildRepository(dir, history);
  return { commits, mirror: await openMirror({ location: bare, cacheDir: join(dir, 'cache') }) };
}

const lines = (count: number, text: string): string => Array.from({ length: count }, () => `${text}\n`).join('');

describe('reading many things of a mirror at once', () => {
  const history: TestCommit[] = [
    { message: 'One', files: { 'a/b.txt': lines(20, 'b'), 'a/link': { content: 'b.txt', mode: '120000' }, c: '' } },
    { message: 'Move', files: { 'a/b.txt': null, 'a/moved\n.txt': `${lines(20, 'b')}new\n`, d: 'd' } },
    { message: 'Side', files: { c: 'side\n' }, branch: 'side', parents: [0] },
    { message: 'Merge', files: { c: 'side\n', d: 'commit 0123\n' }, parents: [1, 2] },
  ];

  it('reads the files that single reads find, and no link and no folder', async () => {
    const { commits, mirror } = await world(history);
    const files = mirror.openFiles();
    const asked = commits.flatMap((commit) =>
      ['a/b.txt', 'a/moved\n.txt', 'a/link', 'a', 'a/', 'c', 'c/d', '', '../c', './c'].map(
        (path) => [commit, path] as const,
      ),
    );
    const found = await Promise.all(asked.map(([commit, path]) => files.file(commit, path)));
    files.close();

    expect(found.filter((text) => text !== undefined)).toEqual([
      lines(20, 'b'),
      '',
      `${lines(20, 'b')}new\n`,
      '',
      lines(20, 'b'),
      'side\n',
      `${lines(20, 'b')}new\n`,
      'side\n',
    ]);
    await expect(files.file(commits[0]!, 'c')).rejects.toMatchObject({ code: 'HEADROOM_GIT_FAILED' });
  });

  it('goes on behind an object that is too large', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { large: 'x'.repeat(200_000), small: 'small' } },
    ]);
    const files = new ObjectReader({ gitDir: mirror.path, maxBytes: 1_000 });
    const [large, small] = await Promise.allSettled([
      files.file(commits[0]!, 'large'),
      files.file(commits[0]!, 'small'),
    ]);
    files.close();

    expect(large).toMatchObject({ reason: { code: 'HEADROOM_GIT_OUTPUT_TOO_LARGE' } });
    expect(small).toMatchObject({ value: 'small' });
  });

  it('ends with the signal', async () => {
    const { commits, mirror } = await world(history);
    const ending = new AbortController();
    const files = mirror.withSignal(ending.signal).openFiles();
    expect(await files.file(commits[0]!, 'c')).toBe('');
    const reading = files.file(commits[0]!, 'a/b.txt');
    ending.abort(new Error('left'));
    await expect(reading).rejects.toThrow('left');
  });

  it('knows the commits among many ids', async () => {
    const { commits, mirror } = await world(history);
    const tree = await mirror.treeOf(commits[0]!);
    const known = await mirror.knownCommits([commits[1]!, tree, 'f'.repeat(40), 'main', '--all']);
    expect([...known]).toEqual([[commits[1], commits[1]]]);
  });

  it('tells of each commit the lines that reading it alone does, merges included', async () => {
    const { commits, mirror } = await world(history);
    const found = await mirror.changedLinesOf(commits);

    expect([...found.keys()].sort()).toEqual([...commits].sort());
    for (const commit of commits) expect(found.get(commit)).toEqual(await mirror.changedLines(commit));
    expect(found.get(commits[3]!)!.map(({ path }) => path)).toEqual(['d']);
    await expect(mirror.changedLinesOf(['f'.repeat(40)])).rejects.toMatchObject({ code: 'HEADROOM_GIT_FAILED' });
  });

  it('leaves out the lines of a commit that changed too much, and of no other one', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { a: '1\n' } },
      { message: 'Two', files: { large: lines(60_000, 'generated') } },
      { message: 'Three', files: { a: '3\n' } },
    ]);
    const about = { gitDir: mirror.path, options: ['--no-color'], maxBytes: 10_000 };
    const found = await changesOfCommits({ ...about, commits });

    expect(commits.map((commit) => found.get(commit)?.map(({ path }) => path))).toEqual([['a'], undefined, ['a']]);
  });

  it('tells which files differ between pairs of commits, in their order', async () => {
    const { commits, mirror } = await world(history);
    const [one, moved, , merged] = commits as [string, string, string, string];
    const found = await mirror.changedTrees([
      [one, one],
      [one, moved],
      [moved, one],
      [one, moved],
      [one, merged],
    ]);

    expect(found.map((files) => files.map(({ status, oldPath, path }) => [status, oldPath, path]))).toEqual([
      [],
      [
        ['renamed', 'a/b.txt', 'a/moved\n.txt'],
        ['added', undefined, 'd'],
      ],
      [
        ['renamed', 'a/moved\n.txt', 'a/b.txt'],
        ['deleted', 'd', 'd'],
      ],
      [
        ['renamed', 'a/b.txt', 'a/moved\n.txt'],
        ['added', undefined, 'd'],
      ],
      [
        ['renamed', 'a/b.txt', 'a/moved\n.txt'],
        ['modified', 'c', 'c'],
        ['added', undefined, 'd'],
      ],
    ]);
    expect(found[1]![1]).toMatchObject({ oldId: '0'.repeat(40) });
  });

  it('blames no further than it is told', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { a: '1\n2\n3\n' } },
      { message: 'Two', files: { a: '1\ntwo\n3\n' } },
      { message: 'Three', files: { a: '1\ntwo\nthree\n' } },
    ]);
    const until = await mirror.commonAncestor([commits[1]!, commits[2]!]);
    expect(until).toBe(commits[1]);
    const blamed = await mirror.blame('main', 'a', { startLine: 1, endLine: 3, until });
    expect(blamed.map(({ commit }) => commit)).toEqual([commits[1], commits[1], commits[2]]);
  });

  it('asks git once who wrote the lines of a commit, for all mirrors that share what they know', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-blames-'));
    folders.push(dir);
    const { bare } = await buildRepository(dir, [{ message: 'One', files: { a: '1\n2\n' } }]);
    const about = { location: bare, cacheDir: join(dir, 'cache'), blames: new BlameMemory() };
    const lines = await (await openMirror(about)).blame('main', 'a', { startLine: 1, endLine: 2 });
    const mirror = await openMirror(about);
    const commit = await mirror.resolve('main');
    await rm(join(mirror.path, 'objects'), { recursive: true });

    expect(lines).toHaveLength(2);
    expect(await mirror.blame(commit, 'a', { startLine: 1, endLine: 2 })).toEqual(lines);
    await expect(mirror.blame(commit, 'a', { startLine: 1, endLine: 1 })).rejects.toThrow();
  });
});
