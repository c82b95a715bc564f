import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository, type TestFile } from '@headroom/testing';
import { openMirror } from './git.mirror.js';
import { applyPatch, parsePatch } from './patch.js';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'headroom-patch-'));
  folders.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

type Files = Readonly<Record<string, TestFile | null>>;

async function patchOf(before: Files, after: Files): Promise<string> {
  const dir = await folder();
  const { bare, commits } = await buildRepository(dir, [
    { message: 'before', files: before },
    { message: 'after', files: after },
  ]);
  const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
  return await mirror.diff(commits[0], commits[1]!);
}

const FILE = (path: string): string =>
  `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-1\n+2\n`;

describe('parsePatch', () => {
  it('names what happens to every file', async () => {
    const body = 'x\n'.repeat(30);
    const patch = await patchOf(
      {
        'edit.txt': '--- a/fake\n+++ b/fake\n',
        'old "n".txt': body,
        'mode.sh': 'x\n',
        gone: 'x\n',
        bin: new Uint8Array([0, 1]),
        'with b/with': 'x\n',
      },
      {
        'edit.txt': '-- a/fake\n++ b/fake\n@@ -1 +1 @@\n',
        'old "n".txt': null,
        'ü\nn.txt': `${body}y\n`,
        'mode.sh': { content: 'x\n', mode: '100755' },
        gone: null,
        bin: new Uint8Array([0, 2]),
        link: { content: 'edit.txt', mode: '120000' },
        'with b/with': 'y\n',
      },
    );
    const { files, addedLines, removedLines } = parsePatch(patch);
    expect(Object.fromEntries(files.map(({ path, ...rest }) => [path, rest]))).toEqual({
      'edit.txt': expect.objectContaining({ status: 'modified', added: 3, removed: 2, binary: false }),
      'ü\nn.txt': expect.objectContaining({ status: 'renamed', oldPath: 'old "n".txt', added: 1, removed: 0 }),
      'mode.sh': expect.objectContaining({ status: 'modified', modeChange: { from: '100644', to: '100755' } }),
      gone: expect.objectContaining({ status: 'deleted', removed: 1 }),
      bin: expect.objectContaining({ binary: true }),
      link: expect.objectContaining({ status: 'added', symlink: true }),
      'with b/with': expect.objectContaining({ status: 'modified', added: 1 }),
    });
    expect([addedLines, removedLines]).toEqual([6, 4]);
    expect(parsePatch('')).toEqual({ files: [], addedLines: 0, removedLines: 0 });
  });

  it('sees submodules and turned symbolic links', () => {
    const submodule =
      'diff --git a/lib b/lib\nnew file mode 160000\nindex 0000000..1111111\n--- /dev/null\n+++ b/lib\n@@ -0,0 +1 @@\n+Subproject commit 1\n';
    const turned = 'diff --git a/x b/x\nold mode 100644\nnew mode 120000\n';
    expect(parsePatch(submodule + turned).files).toMatchObject([
      { path: 'lib', submodule: true, status: 'added' },
      { path: 'x', symlink: true },
    ]);
  });

  it.each([
    ['a plain diff without git header', '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2\n'],
    ['text around it', `Here it is:\n${FILE('x')}`],
    ['a second file hidden behind a hunk', `${FILE('x')}--- a/.npmrc\n+++ b/.npmrc\n@@ -1 +1 @@\n-1\n+2\n`],
    ['another name in the lines above a hunk', FILE('x').replace('+++ b/x', '+++ b/y')],
    ['a name without prefix', FILE('x').replaceAll('a/x', 'x')],
    ['a path out of the repository', FILE('../x')],
    ['an absolute path', FILE('/etc/passwd')],
    ['a path into .git', FILE('.git/hooks/pre-commit')],
    ['a path into .GIT', FILE('sub/.GIT/config')],
    ['a hunk that is cut off', FILE('x').slice(0, -3)],
    ['a hunk with too many lines', FILE('x').replace('+2\n', '+2\n+3\n')],
    ['two names without a rename', 'diff --git a/x b/y\nold mode 100644\nnew mode 100755\n'],
    ['a rename out of the repository', 'diff --git a/x b/../y\nrename from x\nrename to ../y\n'],
    ['a broken quoted name', 'diff --git "a/x b/x\nold mode 100644\nnew mode 100755\n'],
  ])('refuses %s', (_, patch) => {
    expect(() => parsePatch(patch)).toThrow(expect.objectContaining({ code: 'HEADROOM_PATCH_INVALID' }));
  });
});

describe('applyPatch', () => {
  it('changes plain files, also in a folder that lies in another repository', async () => {
    const patch = await patchOf(
      { 'a.txt': '1\r\n2\r\n', old: 'x\n'.repeat(9), 'sub/ü.txt': 'u' },
      { 'a.txt': '1\r\nzwei\r\n', old: null, new: 'x\n'.repeat(9), 'sub/ü.txt': 'ü' },
    );
    const outer = await folder();
    execFileSync('git', ['init', '--quiet', outer]);
    const dir = join(outer, 'work');
    await mkdir(join(dir, 'sub'), { recursive: true });
    await writeFile(join(dir, 'a.txt'), '1\r\n2\r\n');
    await writeFile(join(dir, 'old'), 'x\n'.repeat(9));
    await writeFile(join(dir, 'sub/ü.txt'), 'u');
    await applyPatch(dir, patch);
    expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('1\r\nzwei\r\n');
    expect(await readFile(join(dir, 'sub/ü.txt'), 'utf8')).toBe('ü');
    expect((await readdir(dir)).sort()).toEqual(['a.txt', 'new', 'sub']);
  });

  it('leaves everything as it was when one file does not fit', async () => {
    const dir = await folder();
    await writeFile(join(dir, 'a'), '1\n');
    await writeFile(join(dir, 'b'), 'other\n');
    await expect(applyPatch(dir, FILE('a') + FILE('b'))).rejects.toMatchObject({
      code: 'HEADROOM_PATCH_DOES_NOT_APPLY',
    });
    expect(await readFile(join(dir, 'a'), 'utf8')).toBe('1\n');
    await expect(applyPatch(dir, '')).rejects.toMatchObject({ code: 'HEADROOM_PATCH_INVALID' });
  });

  it('does not write through a symbolic link', async () => {
    const [dir, outside] = [await folder(), await folder()];
    await writeFile(join(outside, 'x'), '1\n');
    await symlink(outside, join(dir, 'link'));
    await expect(applyPatch(dir, FILE('link/x'))).rejects.toMatchObject({ code: 'HEADROOM_PATCH_DOES_NOT_APPLY' });
    expect(await readFile(join(outside, 'x'), 'utf8')).toBe('1\n');
  });
});
