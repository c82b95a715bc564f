import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository, type TestCommit } from '@headroom/testing';
import { openMirror, type GitMirror } from './git.mirror.js';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', [`--git-dir=${dir}`, ...args], { encoding: 'utf8' }).trim();

interface World {
  dir: string;
  bare: string;
  commits: string[];
  mirror: GitMirror;
}

async function world(history: TestCommit[]): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-mirror-'));
  folders.push(dir);
  const built = await buildRepository(dir, history);
  return { dir, ...built, mirror: await openMirror({ location: built.bare, cacheDir: join(dir, 'cache') }) };
}

const ODD = 'dir/ü "quoted"\nname.txt';
const author = { name: 'Search team', email: 'search@web.example' };
const date = '2026-03-01T12:00:00+00:00';

describe('resolve', () => {
  it('takes branches, tags and commit ids, and nothing that git would read as an option or an expression', async () => {
    const { bare, commits, mirror } = await world([
      { message: 'One', files: { a: '1' } },
      { message: 'Two', files: { a: '2' } },
    ]);
    git(bare, 'update-ref', 'refs/heads/-dash', commits[0]!);
    git(bare, 'update-ref', 'refs/heads/--all', commits[0]!);
    git(bare, 'tag', 'v1', commits[0]!);
    await mirror.fetch();
    for (const ref of ['-dash', '--all', 'v1', 'refs/tags/v1', commits[0]!, commits[0]!.slice(0, 10)]) {
      expect(await mirror.resolve(ref)).toBe(commits[0]);
    }
    expect(await mirror.resolve('HEAD')).toBe(commits[1]);
    for (const ref of [
      '',
      'main~1',
      'main^',
      ':/One',
      'main@{0}',
      '--branches',
      'a\nb',
      'nope',
      'f'.repeat(40),
      '../x',
    ]) {
      await expect(mirror.resolve(ref)).rejects.toMatchObject({ code: 'HEADROOM_REF_UNKNOWN' });
    }
  });
});

describe('reading a commit', () => {
  it('reads files with unusual names and tells folders, links and missing files from files', async () => {
    const { mirror } = await world([
      {
        message: 'One',
        files: { [ODD]: 'naïve\r\n', link: { content: 'dir', mode: '120000' }, '-x': 'dash', '*': 'star' },
      },
    ]);
    expect(await mirror.readFile('main', ODD)).toBe('naïve\r\n');
    expect(await mirror.readFile('main', '-x')).toBe('dash');
    expect(await mirror.readFile('main', '*')).toBe('star');
    for (const path of ['', 'dir', 'dir/', 'link', 'nope', '/etc/hostname', '../x', '.']) {
      expect(await mirror.readFile('main', path)).toBeUndefined();
    }
    expect(await mirror.listFiles('main')).toEqual(['*', '-x', ODD, 'link']);
    expect(await mirror.listFiles('main', 'dir/')).toEqual([ODD]);
  });

  it('knows ancestors and trees', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { a: '1' } },
      { message: 'Two', files: { a: '2' } },
      { message: 'Back', files: { a: '1' } },
    ]);
    expect(await mirror.isAncestor(commits[0]!, commits[2]!)).toBe(true);
    expect(await mirror.isAncestor(commits[2]!, commits[0]!)).toBe(false);
    expect(await mirror.treeOf(commits[0]!)).toBe(await mirror.treeOf(commits[2]!));
    expect(await mirror.treeOf(commits[0]!)).not.toBe(await mirror.treeOf(commits[1]!));
  });

  it('writes exactly the committed bytes, whatever the attributes ask for, and no repository', async () => {
    const { dir, mirror } = await world([
      {
        message: 'One',
        files: {
          '.gitattributes': '*.txt text eol=crlf ident export-subst\n/hidden export-ignore\n*.lfs filter=lfs\n',
          'a.txt': '$Id$ $Format:%H$\nunix\n',
          'b.txt': 'dos\r\n',
          'c.lfs': 'pointer',
          hidden: 'shown',
          bin: new Uint8Array([0, 255, 13, 10, 128]),
          'run.sh': { content: '#!/bin/sh\n', mode: '100755' },
          out: { content: '../../outside', mode: '120000' },
          [ODD]: 'odd',
        },
      },
    ]);
    const target = join(dir, 'export');
    await mirror.exportTree('main', target);
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('$Id$ $Format:%H$\nunix\n');
    expect(await readFile(join(target, 'b.txt'), 'utf8')).toBe('dos\r\n');
    expect(await readFile(join(target, ODD), 'utf8')).toBe('odd');
    expect([...(await readFile(join(target, 'bin')))]).toEqual([0, 255, 13, 10, 128]);
    expect((await lstat(join(target, 'run.sh'))).mode & 0o111).not.toBe(0);
    expect(await readlink(join(target, 'out'))).toBe('../../outside');
    expect((await readdir(target)).sort()).toEqual(
      ['.gitattributes', 'a.txt', 'b.txt', 'bin', 'c.lfs', 'dir', 'hidden', 'out', 'run.sh'].sort(),
    );
    await expect(mirror.exportTree('main', target)).rejects.toMatchObject({ code: 'HEADROOM_EXPORT_NOT_EMPTY' });
  });
});

describe('history', () => {
  it('lists the commits of a range oldest first, with bodies and odd authors', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { a: '1' } },
      {
        message: 'Two\nstill title\n\nBody\n\nMore',
        author: { name: 'O’Neil "x"', email: 'o@x.example' },
        date,
        files: { a: '2' },
      },
      { message: 'Three', files: { a: '3' } },
    ]);
    expect(await mirror.commitsBetween(commits[0], commits[2]!)).toEqual([
      {
        commit: commits[1],
        parents: [commits[0]],
        author: { name: 'O’Neil "x"', email: 'o@x.example' },
        committedAt: date,
        title: 'Two still title',
        body: 'Body\n\nMore',
      },
      expect.objectContaining({ commit: commits[2], title: 'Three', body: '' }),
    ]);
    const all = await mirror.commitsBetween(undefined, 'main');
    expect(all.map((each) => each.commit)).toEqual(commits);
    expect((await mirror.commitsBetween(undefined, 'main', 2)).map((each) => each.commit)).toEqual(commits.slice(1));
    expect(await mirror.commitsBetween(commits[2], commits[2]!)).toEqual([]);
  });

  it('gives the changed lines of ordinary, first and renaming commits', async () => {
    const long = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    const { commits, mirror } = await world([
      { message: 'One', files: { 'a.txt': `${long.join('\n')}\n`, bin: new Uint8Array([0, 1]) } },
      {
        message: 'Two',
        files: {
          'a.txt': null,
          'ü b.txt': `${long.with(4, 'other').join('\n')}\nend`,
          bin: new Uint8Array([0, 2]),
          new: 'remerge x\n',
        },
      },
    ]);
    const first = await mirror.changedLines(commits[0]!);
    expect(first.map((file) => [file.path, file.status])).toEqual([
      ['a.txt', 'added'],
      ['bin', 'added'],
    ]);
    expect(first[0]!.hunks[0]).toMatchObject({ oldStart: 0, oldLines: 0, newStart: 1, newLines: 20, added: long });
    const second = await mirror.changedLines(commits[1]!);
    expect(second.find((file) => file.path === 'ü b.txt')).toEqual({
      path: 'ü b.txt',
      oldPath: 'a.txt',
      status: 'renamed',
      oldMode: '100644',
      newMode: '100644',
      binary: false,
      hunks: [
        { oldStart: 5, oldLines: 1, newStart: 5, newLines: 1, added: ['other'], removed: ['line 4'] },
        { oldStart: 20, oldLines: 0, newStart: 21, newLines: 1, added: ['end'], removed: [] },
      ],
    });
    expect(second.find((file) => file.path === 'bin')).toMatchObject({ binary: true, hunks: [] });
    expect(second.find((file) => file.path === 'new')).toMatchObject({ hunks: [{ added: ['remerge x'] }] });
  });

  it('counts for a merge only what the merge itself changed', async () => {
    const { commits, mirror } = await world([
      { message: 'Base', files: { 'a.txt': '1\n2\n3\n', 'b.txt': 'b\n' } },
      { message: 'Side', files: { 'b.txt': 'side\n' }, branch: 'side' },
      { message: 'Main', files: { 'a.txt': 'one\n2\n3\n' }, parents: [0] },
      { message: 'Merge', files: { 'b.txt': 'side\n' }, parents: [2, 1] },
      {
        message: 'Evil merge',
        files: { 'b.txt': 'side\n', 'a.txt': 'one\n2\nevil\n' },
        parents: [2, 1],
        branch: 'evil',
      },
    ]);
    expect(await mirror.changedLines(commits[3]!)).toEqual([]);
    expect(await mirror.changedLines(commits[4]!)).toMatchObject([
      { path: 'a.txt', hunks: [{ added: ['evil'], removed: ['3'] }] },
    ]);
  });

  it('blames past blanks, moves and ignored commits', async () => {
    const { commits, mirror } = await world([
      { message: 'One', author, date, files: { 'a.js': 'first();\nsecond();\nthird();\n' } },
      { message: 'Indent', files: { 'a.js': '  first();\n  second();\n  third();\n' } },
      { message: 'Rename', files: { 'a.js': null, 'b.js': '  first();\n  second();\n  third();\n' } },
      { message: 'Style', files: { 'b.js': "  first('');\n  second();\n  third();\n" } },
    ]);
    const lines = await mirror.blame('main', 'b.js', { startLine: 1, endLine: 99 });
    expect(lines.map((line) => [line.line, line.commit])).toEqual([
      [1, commits[3]],
      [2, commits[0]],
      [3, commits[0]],
    ]);
    expect(lines[1]).toMatchObject({ author, authoredAt: new Date(date).toISOString() });
    expect(await mirror.blame('main', 'b.js', { startLine: 9, endLine: 12 })).toEqual([]);
    expect(await mirror.blame('main', 'nope', { startLine: 1, endLine: 2 })).toEqual([]);
  });

  it('tells who moved a line from who wrote it', async () => {
    const moved = 'const pattern = new RegExp(words.join("|"), "gi");';
    const { commits, mirror } = await world([
      { message: 'One', files: { 'a.js': `${moved}\nfor (const x of xs) {\n  use(x);\n}\n` } },
      { message: 'Move', files: { 'a.js': `for (const x of xs) {\n  ${moved}\n  use(x);\n}\n` } },
    ]);
    const range = { startLine: 2, endLine: 2 };
    expect((await mirror.blame('main', 'a.js', range))[0]!.commit).toBe(commits[0]);
    expect((await mirror.blame('main', 'a.js', { ...range, followMoves: false }))[0]!.commit).toBe(commits[1]);
    expect(await mirror.changesBetween(commits[0]!, commits[1]!)).toMatchObject([
      {
        path: 'a.js',
        hunks: [
          { oldStart: 1, oldLines: 1, removed: [moved] },
          { newStart: 2, added: [`  ${moved}`] },
        ],
      },
    ]);
  });

  it('honours the list of ignored commits even when it holds entries that are none', async () => {
    const files = { 'b.js': "first('');\nsecond();\n" };
    const start: TestCommit[] = [
      { message: 'One', files: { 'b.js': 'first();\nsecond();\n' } },
      { message: 'Style', files },
    ];
    const { commits: known } = await world(start);
    const list = `# style\n${known[1]}\n${'0'.repeat(40)}\nrubbish\n`;
    const { commits, mirror } = await world([
      ...start,
      { message: 'Ignore', files: { '.git-blame-ignore-revs': list } },
    ]);
    expect((await mirror.blame('main', 'b.js', { startLine: 1, endLine: 1 }))[0]!.commit).toBe(commits[0]);
  });

  it('shows a diff of two commits, of given paths only', async () => {
    const { commits, mirror } = await world([
      { message: 'One', files: { 'a.txt': '1\n', 'b.txt': '1\n' } },
      { message: 'Two', files: { 'a.txt': '2\n', 'b.txt': '2\n' } },
    ]);
    expect(await mirror.diff(commits[0], commits[1]!, { paths: ['b.txt'] })).toMatch(
      /^diff --git a\/b\.txt b\/b\.txt\nindex [^\n]+\n--- a\/b\.txt\n\+\+\+ b\/b\.txt\n@@ -1 \+1 @@\n-1\n\+2\n$/,
    );
    expect(await mirror.diff(undefined, commits[0]!)).toContain('new file mode');
    await expect(mirror.diff(undefined, commits[0]!, { maxBytes: 10 })).rejects.toMatchObject({
      code: 'HEADROOM_GIT_OUTPUT_TOO_LARGE',
    });
  });
});

describe('commitPatch', () => {
  it('commits any patch that git can make, and the same one for the same input', async () => {
    const { commits, mirror } = await world([
      {
        message: 'One',
        files: {
          'dos.txt': 'a\r\nb\r\n',
          'old name.txt': 'x\n'.repeat(30),
          'run.sh': 'echo\n',
          'gone.txt': 'gone\n',
          noeol: 'no end',
          [ODD]: 'odd\n',
        },
      },
      {
        message: 'Two',
        files: {
          'dos.txt': 'a\r\nB\r\n',
          'old name.txt': null,
          'new name.txt': `${'x\n'.repeat(30)}y\n`,
          'run.sh': { content: 'echo\n', mode: '100755' },
          'gone.txt': null,
          noeol: 'no end at all',
          [ODD]: 'odder\n',
          link: { content: 'dos.txt', mode: '120000' },
        },
      },
    ]);
    const patch = await mirror.diff(commits[0], commits[1]!);
    const options = { base: commits[0]!, patch, message: 'perf: x\n\nBody.', author };
    const made = await mirror.commitPatch(options);
    expect(made.tree).toBe(await mirror.treeOf(commits[1]!));
    expect(await mirror.commitPatch(options)).toEqual(made);
    expect(await mirror.commitsBetween(commits[0], made.commit)).toMatchObject([
      { parents: [commits[0]], title: 'perf: x', body: 'Body.', author },
    ]);
  });

  it('refuses a patch that does not fit its base, leaves the repository, or changes nothing', async () => {
    const { commits, mirror } = await world([{ message: 'One', files: { 'a.txt': '1\n' } }]);
    const patchOf = (path: string, from: string): string =>
      `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-${from}\n+2\n`;
    const commit = (patch: string): Promise<unknown> =>
      mirror.commitPatch({ base: commits[0]!, patch, message: 'x', author });
    await expect(commit(patchOf('a.txt', 'other'))).rejects.toMatchObject({
      code: 'HEADROOM_PATCH_DOES_NOT_APPLY',
      message: expect.stringContaining('a.txt'),
    });
    for (const patch of ['', patchOf('../a.txt', '1'), patchOf('.git/config', '1'), 'rubbish\n']) {
      await expect(commit(patch)).rejects.toMatchObject({ code: 'HEADROOM_PATCH_INVALID' });
    }
    expect(await commit(patchOf('a.txt', '1'))).toMatchObject({ commit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  });
});

describe('pushBranch', () => {
  async function candidate(): Promise<World & { commit: string; other: string }> {
    const made = await world([
      { message: 'One', files: { 'a.txt': '1\n' } },
      { message: 'Two', files: { 'a.txt': '2\n' } },
    ]);
    const patch = await made.mirror.diff(made.commits[0], made.commits[1]!);
    const commitOf = async (message: string): Promise<string> =>
      (await made.mirror.commitPatch({ base: made.commits[0]!, patch, message, author })).commit;
    return { ...made, commit: await commitOf('perf: x'), other: await commitOf('perf: y') };
  }

  it('creates a branch once, however often it is asked to', async () => {
    const { bare, mirror, commit } = await candidate();
    const branch = 'headroom/web/regression-0123456789ab';
    expect(await mirror.remoteBranch(branch)).toBeUndefined();
    expect(await mirror.pushBranch({ commit, branch })).toBe('created');
    expect(await mirror.pushBranch({ commit, branch })).toBe('exists');
    expect(await mirror.remoteBranch(branch)).toBe(commit);
    expect(git(bare, 'rev-parse', branch)).toBe(commit);
  });

  it('moves a branch only from the commit that the caller expects', async () => {
    const { mirror, commit, other, commits } = await candidate();
    const branch = '-odd"branch';
    await mirror.pushBranch({ commit, branch });
    await expect(mirror.pushBranch({ commit: other, branch })).rejects.toMatchObject({
      code: 'HEADROOM_BRANCH_CONFLICT',
    });
    await expect(mirror.pushBranch({ commit: other, branch, expectedOld: commits[0] })).rejects.toMatchObject({
      code: 'HEADROOM_BRANCH_CONFLICT',
    });
    expect(await mirror.remoteBranch(branch)).toBe(commit);
    expect(await mirror.pushBranch({ commit: other, branch, expectedOld: commit })).toBe('updated');
    expect(await mirror.remoteBranch(branch)).toBe(other);
  });

  it('deletes a branch only at the commit that the caller expects, and once', async () => {
    const { bare, mirror, commit, other } = await candidate();
    const branch = 'headroom/web/regression-0123456789ab';
    await mirror.pushBranch({ commit, branch });
    await expect(mirror.deleteBranch(branch, other)).rejects.toMatchObject({ code: 'HEADROOM_BRANCH_CONFLICT' });
    expect(await mirror.remoteBranch(branch)).toBe(commit);
    expect(await mirror.deleteBranch(branch, commit)).toBe('deleted');
    expect(await mirror.deleteBranch(branch, commit)).toBe('missing');
    expect(git(bare, 'branch', '--list', branch)).toBe('');
  });

  it('pushes once when two ask at the same time', async () => {
    const { mirror, commit } = await candidate();
    const pushes = await Promise.all([1, 2, 3].map(() => mirror.pushBranch({ commit, branch: 'headroom/x' })));
    expect(pushes.filter((each) => each === 'created').length).toBeGreaterThanOrEqual(1);
    expect(pushes.filter((each) => each === 'updated')).toEqual([]);
    expect(await mirror.remoteBranch('headroom/x')).toBe(commit);
  });

  it('refuses names that are no branch, and says when the repository does not take the push', async () => {
    const { bare, mirror, commit } = await candidate();
    for (const branch of ['', 'a b', 'a..b', 'a:b', 'x\n', 'a.lock', '@{x}']) {
      await expect(mirror.pushBranch({ commit, branch })).rejects.toMatchObject({ code: 'HEADROOM_BRANCH_INVALID' });
    }
    await mkdir(join(bare, 'hooks'), { recursive: true });
    await writeFile(join(bare, 'hooks', 'pre-receive'), '#!/bin/sh\necho closed for today >&2\nexit 1\n');
    await chmod(join(bare, 'hooks', 'pre-receive'), 0o755);
    await expect(mirror.pushBranch({ commit, branch: 'headroom/x' })).rejects.toMatchObject({
      code: 'HEADROOM_PUSH_FAILED',
      message: expect.stringContaining('closed for today'),
    });
  });
});
