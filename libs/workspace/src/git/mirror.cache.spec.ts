import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { buildRepository } from '@headroom/testing';
import { openMirror } from './git.mirror.js';

const folders: string[] = [];
async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'headroom-mirror-'));
  folders.push(made);
  return made;
}
afterEach(async () => {
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', [`--git-dir=${dir}`, ...args], { encoding: 'utf8' }).trim();

async function everyText(dir: string): Promise<string> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n') + files.join('\n');
}

describe('openMirror', () => {
  it('copies a repository and sees later commits, moved and removed branches', async () => {
    const dir = await folder();
    const { bare, commits } = await buildRepository(dir, [
      { message: 'One', files: { 'a.txt': '1\n' } },
      { message: 'Two', files: { 'a.txt': '2\n' } },
    ]);
    git(bare, 'branch', 'side', commits[0]!);
    const options = { location: bare, cacheDir: join(dir, 'cache') };
    const mirror = await openMirror(options);
    expect(await mirror.resolve('main')).toBe(commits[1]);
    expect(await mirror.resolve('side')).toBe(commits[0]);
    git(bare, 'branch', '-D', 'side');
    git(bare, 'update-ref', 'refs/heads/main', commits[0]!);
    await mirror.fetch();
    expect(await mirror.resolve('main')).toBe(commits[0]);
    await expect(mirror.resolve('side')).rejects.toMatchObject({ code: 'HEADROOM_REF_UNKNOWN' });
    expect((await openMirror(options)).path).toBe(mirror.path);
  });

  it('serves many opens of one mirror at the same time, from this process and from others', async () => {
    const dir = await folder();
    const { bare, commits } = await buildRepository(dir, [{ message: 'One', files: { 'a.txt': '1\n' } }]);
    const options = { location: bare, cacheDir: join(dir, 'cache') };
    const script = `import { openMirror } from '@headroom/workspace';
      const mirror = await openMirror(${JSON.stringify(options)});
      process.stdout.write(await mirror.resolve('main'));`;
    const others = [1, 2].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      await once(child, 'close');
      return out;
    });
    const here = Array.from({ length: 6 }, async () => await (await openMirror(options)).resolve('main'));
    expect(new Set(await Promise.all([...others, ...here]))).toEqual(new Set([commits[0]]));
  });

  it('says of a missing location which one it is and what git said, once and for all', async () => {
    const dir = await folder();
    const location = join(dir, 'nowhere.git');
    await expect(openMirror({ location, cacheDir: join(dir, 'cache') })).rejects.toMatchObject({
      code: 'HEADROOM_REPOSITORY_UNREADABLE',
      retryable: false,
      message: expect.stringContaining(location),
    });
  });

  it('shows no credentials in messages and writes none to disk', async () => {
    const dir = await folder();
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const location = `http://robot:s3cr3t-word@127.0.0.1:${port}/shop/web.git?access_token=t0ken-word`;
    const cacheDir = join(dir, 'cache');
    const error: unknown = await openMirror({ location, cacheDir }).catch((thrown: unknown) => thrown);
    server.close();
    expect(error).toMatchObject({ code: 'HEADROOM_REPOSITORY_UNREADABLE' });
    expect((error as Error).message).toContain(`http://***@127.0.0.1:${port}/shop/web.git`);
    expect(`${(error as Error).message}${JSON.stringify(error)}${await everyText(cacheDir)}`).not.toMatch(
      /s3cr3t-word|t0ken-word|robot/,
    );
  });

  it('calls an unreachable host worth trying again', async () => {
    const dir = await folder();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    await expect(
      openMirror({ location: `http://127.0.0.1:${port}/web.git`, cacheDir: join(dir, 'cache') }),
    ).rejects.toMatchObject({ code: 'HEADROOM_REPOSITORY_UNREADABLE', retryable: true });
  });

  it('runs no command that a location smuggles in', async () => {
    const dir = await folder();
    const proof = join(dir, 'proof');
    for (const location of [
      `ext::sh -c "touch ${proof}"`,
      `--upload-pack=touch ${proof}`,
      `ssh://-oProxyCommand=touch ${proof}/x`,
    ]) {
      await expect(openMirror({ location, cacheDir: join(dir, 'cache') })).rejects.toMatchObject({
        code: 'HEADROOM_REPOSITORY_UNREADABLE',
      });
    }
    expect(await readdir(dir)).not.toContain('proof');
  });

  it('recovers from what a killed process leaves behind, and from a damaged cache', async () => {
    const dir = await folder();
    const { bare, commits } = await buildRepository(dir, [
      { message: 'One', files: { 'a.txt': '1\n' } },
      { message: 'Two', files: { 'a.txt': '2\n' } },
    ]);
    git(bare, 'update-ref', 'refs/heads/main', commits[0]!);
    const options = { location: bare, cacheDir: join(dir, 'cache') };
    const { path } = await openMirror(options);
    git(bare, 'update-ref', 'refs/heads/main', commits[1]!);
    await mkdir(join(path, 'refs', 'heads'), { recursive: true });
    await writeFile(join(path, 'refs', 'heads', 'main.lock'), '');
    await writeFile(join(path, 'packed-refs.lock'), '');
    expect(await (await openMirror(options)).resolve('main')).toBe(commits[1]);
    await rm(join(path, 'HEAD'));
    expect(await (await openMirror(options)).resolve('main')).toBe(commits[1]);
    await rm(join(path, 'headroom-mirror'));
    expect(await (await openMirror(options)).readFile('main', 'a.txt')).toBe('2\n');
  });

  it('ends with the reason of its signal', async () => {
    const dir = await folder();
    const { bare } = await buildRepository(dir, [{ message: 'One', files: { 'a.txt': '1\n' } }]);
    const controller = new AbortController();
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache'), signal: controller.signal });
    const reason = new Error('the stage is draining');
    const reading = mirror.resolve('main');
    controller.abort(reason);
    await expect(reading).rejects.toBe(reason);
    await expect(mirror.readFile('main', 'a.txt')).rejects.toBe(reason);
  });
});

describe('the index of a mirror', () => {
  it('knows which paths each commit changed, and is written again only for new commits', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'headroom-graph-'));
    folders.push(dir);
    const { bare } = await buildRepository(dir, [{ message: 'One', files: { a: '1' } }]);
    const mirror = await openMirror({ location: bare, cacheDir: join(dir, 'cache') });
    const graphs = join(mirror.path, 'objects', 'info', 'commit-graphs');
    const layers = async () => (await readdir(graphs)).filter((name) => name.endsWith('.graph'));
    const first = await layers();
    expect(first).toHaveLength(1);
    // The chunk of the changed-path filters.
    expect((await readFile(join(graphs, first[0]!))).includes('BDAT')).toBe(true);
    await rm(graphs, { recursive: true });

    await mirror.fetch();
    await expect(layers()).rejects.toMatchObject({ code: 'ENOENT' });
    execFileSync('git', [`--git-dir=${bare}`, 'update-ref', 'refs/heads/other', await emptyCommit(bare)]);
    await mirror.fetch();
    expect(await layers()).toHaveLength(1);
  });
});

async function emptyCommit(bare: string): Promise<string> {
  const env = { ...process.env, GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@shop.example' };
  const who = { ...env, GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@shop.example' };
  const args = [`--git-dir=${bare}`, 'commit-tree', '-m', 'Other', 'main^{tree}'];
  return execFileSync('git', args, { env: who, encoding: 'utf8' }).trim();
}
