import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository, type TestCommit } from './git.repository.js';

const folders: string[] = [];
const folder = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'headroom-testing-'));
  folders.push(made);
  return made;
};
const git = (bare: string, ...args: string[]): string =>
  execFileSync('git', [`--git-dir=${bare}`, ...args], { encoding: 'utf8' });

afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

const history: TestCommit[] = [
  { message: 'First\n\nWith a body.', files: { 'a.txt': 'one\n', 'gone.txt': 'x\n' } },
  {
    message: 'Second',
    author: { name: 'Search team', email: 'search@web.example' },
    date: '2026-03-01T12:00:00Z',
    files: { 'dir/ü "quoted"\n.txt': 'two\n', 'gone.txt': null, link: { content: 'a.txt', mode: '120000' } },
  },
];

describe('buildRepository', () => {
  it('gives the same commit ids for the same history, wherever it is built', async () => {
    const first = await buildRepository(await folder(), history);
    const second = await buildRepository(await folder(), history);
    expect(first.commits).toEqual(second.commits);
    expect(git(first.bare, 'rev-parse', 'main').trim()).toBe(first.commits[1]);
  });

  it('records authors, dates, removals, modes and unusual paths', async () => {
    const { bare, commits } = await buildRepository(await folder(), history, { branch: 'trunk' });
    expect(
      git(bare, 'ls-tree', '-r', '-z', 'trunk')
        .split('\0')
        .filter(Boolean)
        .map((line) => line.slice(0, 6) + line.split('\t')[1]),
    ).toEqual(['100644a.txt', '100644dir/ü "quoted"\n.txt', '120000link']);
    expect(git(bare, 'log', '-1', '--format=%an %ae %cI %s', commits[1]!).trim()).toBe(
      'Search team search@web.example 2026-03-01T12:00:00+00:00 Second',
    );
    expect(git(bare, 'fsck', '--strict')).toBe('');
  });

  it('builds merges of branches', async () => {
    const { bare, commits } = await buildRepository(await folder(), [
      { message: 'Base', files: { 'a.txt': 'a\n' } },
      { message: 'Side', files: { 'b.txt': 'b\n' }, branch: 'side' },
      { message: 'Main', files: { 'c.txt': 'c\n' }, parents: [0] },
      { message: 'Merge', files: { 'b.txt': 'b\n' }, parents: [2, 1] },
    ]);
    expect(git(bare, 'log', '-1', '--format=%P', 'main').trim()).toBe(`${commits[2]} ${commits[1]}`);
  });
});
