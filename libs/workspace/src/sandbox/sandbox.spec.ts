import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSandbox } from './sandbox.probe.js';
import type { Sandbox } from './sandbox.js';
import type { SandboxResult, SandboxRun } from './sandbox.types.js';

const TIMEOUT_MS = 30_000;
jest.setTimeout(60_000);

const made: string[] = [];

async function folder(files: Record<string, string> = {}): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
  return dir;
}

async function aliveWith(marker: string): Promise<boolean> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.includes(marker) && Number(pid) !== process.pid) return true;
  }
  return false;
}

async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

afterAll(async () => {
  for (const dir of made) await rm(dir, { recursive: true, force: true });
});

for (const controlGroups of [true, false]) {
  describe(`a sandbox ${controlGroups ? 'with' : 'without'} control groups`, () => {
    let sandbox: Sandbox;

    beforeAll(async () => {
      sandbox = await createSandbox({ mode: 'required', controlGroups });
    });
    afterAll(() => sandbox.close());

    const script = async (code: string, more: Partial<SandboxRun> = {}): Promise<SandboxResult> =>
      sandbox.run({
        dir: await folder({ 'main.mjs': code }),
        command: ['node', 'main.mjs'],
        timeoutMs: TIMEOUT_MS,
        ...more,
      });

    it('returns exit code, both outputs, CPU and wall time', async () => {
      const result = await script(`console.log('out'); console.error('err'); process.exit(3)`);

      expect(result).toMatchObject({ sandbox: 'bubblewrap', outcome: 'exited', exitCode: 3, timedOut: false });
      expect(result.stdout.text).toBe('out\n');
      expect(result.stderr.text).toBe('err\n');
      expect(result.cpuSeconds).toBeGreaterThan(0);
      expect(result.wallMs).toBeGreaterThan(0);
      expect(result.restOfHostCores).toBeGreaterThanOrEqual(0);
    });

    it('counts the CPU of grandchildren that were waited for', async () => {
      const burn =
        'const used = () => process.cpuUsage().user + process.cpuUsage().system; const end = used() + 600000; while (used() < end);';
      const result = await script(
        `import { execFileSync } from 'node:child_process';
         execFileSync('/bin/sh', ['-c', \`node -e "${burn}"; true\`]);`,
      );

      expect(result.exitCode).toBe(0);
      expect(result.cpuSeconds).toBeGreaterThan(0.55);
    });

    it('keeps the home folder, the environment and other files of the host away', async () => {
      process.env['HEADROOM_SPEC_SECRET'] = 'hidden-value';
      const outside = await folder({ 'secret.txt': 'x' });
      const result = await script(
        `import { existsSync, readdirSync } from 'node:fs';
         console.log(JSON.stringify({
           home: existsSync(${JSON.stringify(homedir())}), outside: existsSync(${JSON.stringify(outside)}),
           env: process.env, root: readdirSync('/'), uid: process.getuid() }));`,
      );
      delete process.env['HEADROOM_SPEC_SECRET'];

      const seen = JSON.parse(result.stdout.text) as Record<string, unknown>;
      expect(seen).toMatchObject({ home: false, outside: false, uid: 65_534 });
      expect(result.stdout.text).not.toContain('hidden-value');
      expect(seen['root']).not.toContain('home');
    });

    it('cannot write outside its folder and its temporary folder', async () => {
      const result = await script(
        `import { writeFileSync } from 'node:fs';
         for (const path of ['/x', '/usr/x', '/opt/x', '/etc/x', '/opt/bin/x']) {
           try { writeFileSync(path, 'x'); console.log('wrote ' + path); } catch { }
         }
         writeFileSync('/tmp/x', 'x'); writeFileSync('/target/x', 'x'); console.log('done');`,
      );

      expect(result.stdout.text).toBe('done\n');
    });

    it('does not reach a listener on the loopback interface of the host, and has one of its own', async () => {
      const server: Server = createServer((_request, response) => response.end('reached'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const result = await script(
        `import { createServer } from 'node:http';
         const get = (port) => fetch('http://127.0.0.1:' + port).then((r) => r.text(), (e) => e.cause.code);
         console.log('host ' + await get(${port}));
         const own = createServer((q, r) => r.end('own')).listen(0, '127.0.0.1', async () => {
           console.log('self ' + await get(own.address().port)); process.exit(0); });`,
      );
      await new Promise((resolve) => server.close(resolve));

      expect(result.stdout.text).toBe('host ECONNREFUSED\nself own\n');
    });

    it('ends an endless run with the outcome "timeout", detached children included', async () => {
      const marker = `marker-${controlGroups}-${process.pid}`;
      const result = await script(
        `import { spawn } from 'node:child_process';
         spawn('node', ['-e', 'setInterval(() => {}, 1000)', '${marker}'], { detached: true, stdio: 'ignore' }).unref();
         setInterval(() => {}, 1000);`,
        { timeoutMs: 1500 },
      );

      expect(result).toMatchObject({ outcome: 'timeout', timedOut: true });
      expect(await eventually(async () => !(await aliveWith(marker)))).toBe(true);
    });

    it('ends children that outlive the command', async () => {
      const marker = `left-${controlGroups}-${process.pid}`;
      const result = await script(
        `import { spawn } from 'node:child_process';
         spawn('node', ['-e', 'setInterval(() => {}, 1000)', '${marker}'], { detached: true, stdio: 'inherit' }).unref();`,
      );

      expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 });
      expect(await eventually(async () => !(await aliveWith(marker)))).toBe(true);
    });

    it('ends endless output with the outcome "output-limit" and keeps head and tail', async () => {
      const result = await script('', {
        command: ['yes'],
        outputLimitBytes: 4_000_000,
        keepOutputBytes: 1000,
      });

      expect(result.outcome).toBe('output-limit');
      expect(result.stdout.truncated).toBe(true);
      expect(result.stdout.text.length).toBeLessThan(1200);
    });

    it('contains a fork bomb', async () => {
      const bomb = `import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
        let failed; const go = () => { for (let i = 0; i < 400; i++) {
          const c = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' }); c.on('error', (e) => { failed = e; }); } };
        go(); setTimeout(() => { if (failed) throw failed; process.exit(0); }, 500);`;
      const result = await script(bomb, { limits: { processes: 60 } });

      expect(result.exitCode).not.toBe(0);
      expect(result.outcome).toBe('process-limit');
      expect(result.enforcedLimits['processes']).toContain('60');
    });

    it('bounds the memory of the whole tree', async () => {
      const result = await script(
        `import { spawn } from 'node:child_process';
         const hog = 'const all = []; setInterval(() => all.push(Buffer.alloc(16e6, 1)), 20)';
         for (let i = 0; i < 3; i++) spawn('node', ['-e', hog], { stdio: 'ignore' });
         setInterval(() => {}, 1000);
         process.on('SIGCHLD', () => process.exit(4));
         await new Promise((r) => setTimeout(r, 20000));`,
        { limits: { memoryBytes: 300_000_000 }, timeoutMs: 12_000 },
      );

      expect(['memory-limit', 'timeout']).toContain(result.outcome);
      expect(result.enforcedLimits['memory']).toContain('300000000');
    });

    it('ends a command that fills the disk with the outcome "disk-limit"', async () => {
      const result = await script(
        `import { writeFileSync } from 'node:fs';
         for (let i = 0; ; i++) { writeFileSync('f' + i, Buffer.alloc(4e6, 1)); await new Promise((r) => setTimeout(r, 10)); }`,
        { limits: { diskBytes: 60_000_000 } },
      );

      expect(result.outcome).toBe('disk-limit');
    });

    it.each([
      ['memory-limit', 'of one process', 'const all = []; for (;;) all.push(Buffer.alloc(64e6, 1));'],
      ['memory-limit', 'of its heap', 'const all = []; for (;;) all.push(new Array(1e6).fill({}));'],
      [
        'disk-limit',
        'of one file',
        "import { appendFileSync } from 'node:fs'; for (;;) appendFileSync('f', Buffer.alloc(8e6, 1));",
      ],
      [
        'disk-limit',
        'of its temporary folder',
        "import { appendFileSync } from 'node:fs'; for (;;) appendFileSync('/tmp/f', Buffer.alloc(4e6, 1));",
      ],
    ] as const)('names the bound "%s" %s that the kernel holds alone', async (outcome, _of, code) => {
      const limits = { dataBytes: 900_000_000, fileBytes: 60_000_000, scratchBytes: 30_000_000 };
      const result = await script(code, { limits, env: { NODE_OPTIONS: '--max-old-space-size=200' } });

      expect(result.outcome).toBe(outcome);
    });

    it('takes a failing test that speaks of a bound for what it is', async () => {
      const result = await script("console.log('not ok 1 - retries on ENOSPC and EAGAIN'); process.exit(1)");

      expect(result.outcome).toBe('exited');
    });

    it('rejects with the reason of the signal and leaves nothing behind', async () => {
      const marker = `abort-${controlGroups}-${process.pid}`;
      const dir = await folder({ 'main.mjs': 'setInterval(() => {}, 1000)' });
      const abort = new AbortController();
      const run = sandbox.run({
        dir,
        command: ['node', 'main.mjs', marker],
        timeoutMs: TIMEOUT_MS,
        signal: abort.signal,
      });
      const started = eventually(() => aliveWith(marker));
      await started;
      abort.abort(new Error('stopped by the caller'));

      await expect(run).rejects.toThrow('stopped by the caller');
      expect(await aliveWith(marker)).toBe(false);
    });

    it('discards output on request', async () => {
      const result = await script(`for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000))`, {
        output: 'discard',
      });

      expect(result).toMatchObject({ exitCode: 0, stdout: { text: '', bytes: 0 } });
    });

    it('runs npm scripts of the folder and shows mounts', async () => {
      const dir = await folder({ 'package.json': '{"name":"t","scripts":{"test":"cat /extra/note.txt"}}' });
      const extra = await folder({ 'note.txt': 'from the mount' });
      await chmod(extra, 0o755);
      const result = await sandbox.run({
        dir,
        command: ['npm', 'test'],
        timeoutMs: TIMEOUT_MS,
        mounts: [{ from: extra, to: '/extra' }],
      });

      expect(result.stdout.text).toContain('from the mount');
      expect(result.exitCode).toBe(0);
    });

    it('reports a command that does not exist as a failed run', async () => {
      const dir = await folder();
      const result = await sandbox.run({ dir, command: ['no-such-program'], timeoutMs: TIMEOUT_MS });

      expect(result.exitCode).toBe(127);
    });
  });
}

describe('createSandbox without bubblewrap', () => {
  it('refuses with the way to get one', async () => {
    const empty = await folder();

    await expect(createSandbox({ mode: 'required', path: empty })).rejects.toMatchObject({
      code: 'HEADROOM_SANDBOX_UNAVAILABLE',
      message: expect.stringMatching(/Install bubblewrap.*user namespaces/s),
    });
  });

  it('refuses when bubblewrap is there but fails', async () => {
    const bin = await folder();
    await writeFile(join(bin, 'bwrap'), '#!/bin/sh\necho "No permissions to create new namespace" >&2\nexit 1\n', {
      mode: 0o755,
    });

    await expect(createSandbox({ mode: 'required', path: bin })).rejects.toMatchObject({
      code: 'HEADROOM_SANDBOX_UNAVAILABLE',
      message: expect.stringContaining('No permissions to create new namespace'),
    });
  });

  it('runs unsandboxed where that was allowed, says so, and still bounds and clears', async () => {
    const empty = await folder();
    const sandbox = await createSandbox({ mode: 'unsandboxed-allowed', path: empty });
    const dir = await folder({ 'main.mjs': 'console.log(JSON.stringify(Object.keys(process.env).sort()))' });
    const result = await sandbox.run({
      dir,
      command: ['node', 'main.mjs'],
      timeoutMs: TIMEOUT_MS,
      env: { EXTRA: '1' },
    });
    await mkdir(join(dir, 'sub'));
    const endless = await sandbox.run({ dir, command: ['node', '-e', 'for(;;);'], timeoutMs: 700 });
    await sandbox.close();

    expect(result).toMatchObject({ sandbox: 'none', exitCode: 0 });
    expect(JSON.parse(result.stdout.text)).toEqual(['CI', 'EXTRA', 'HOME', 'LANG', 'PATH', 'TMPDIR', 'TZ']);
    expect(result.enforcedLimits['network']).toBeUndefined();
    expect(endless.outcome).toBe('timeout');
    expect(existsSync(dir)).toBe(true);
  });
});
