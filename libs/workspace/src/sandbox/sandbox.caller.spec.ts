import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxResult } from './sandbox.types.js';

jest.setTimeout(60_000);

const BARREL = new URL('../../dist/index.js', import.meta.url).href;
const OTHER_USER = '12345';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-spec-'));
  await chmod(dir, 0o777);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** A process of its own that makes a sandbox and runs one command in it. */
async function callerScript(command: readonly string[], limits: object): Promise<string> {
  const path = join(dir, 'caller.mjs');
  await writeFile(
    path,
    `import { createSandbox } from ${JSON.stringify(BARREL)};
     import { mkdtempSync } from 'node:fs';
     const sandbox = await createSandbox({ mode: 'required' });
     const dir = mkdtempSync(${JSON.stringify(join(dir, 'work-'))});
     const result = await sandbox.run({ dir, command: ${JSON.stringify(command)}, timeoutMs: 30000, limits: ${JSON.stringify(limits)} });
     await sandbox.close();
     process.stdout.write(JSON.stringify(result));`,
    { mode: 0o644 },
  );
  return path;
}

async function aliveWith(marker: string): Promise<boolean> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line.startsWith('sleep') && line.includes(marker)) return true;
  }
  return false;
}

async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** Runs a script in a sandbox of 60 processes whose caller is an unprivileged user. */
async function runUnprivileged(script: string): Promise<SandboxResult> {
  const words =
    process.getuid?.() === 0
      ? ['setpriv', `--reuid=${OTHER_USER}`, `--regid=${OTHER_USER}`, '--clear-groups', '--']
      : [];
  const home = await mkdtemp(join(dir, 'home-'));
  await chmod(home, 0o777);
  const [program, ...args] = [
    ...words,
    process.execPath,
    await callerScript(['node', '-e', script], { processes: 60 }),
  ];
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  await new Promise((resolve) => child.once('close', resolve));
  return JSON.parse(output) as SandboxResult;
}

describe('a sandbox of another caller', () => {
  it('works for an unprivileged user: unprivileged inside, CPU accounted', async () => {
    const work = `console.log(process.getuid());
      const end = process.cpuUsage().user + 300000; while (process.cpuUsage().user < end);`;

    const result = await runUnprivileged(work);

    expect(result).toMatchObject({ sandbox: 'bubblewrap', outcome: 'exited', stdout: { text: '65534\n' } });
    expect(result.cpuSeconds).toBeGreaterThan(0.25);
    expect(result.enforcedLimits).toMatchObject({ network: 'none, namespace', processes: '60, RLIMIT_NPROC' });
  });

  it('bounds the processes of an unprivileged user, and names the bound', async () => {
    const bomb = `const { spawn } = require('node:child_process');
      for (let i = 0; i < 200; i++) spawn('/bin/sleep', ['100'], { stdio: 'ignore' }).on('error', () => undefined);
      setTimeout(() => process.exit(0), 10000);`;

    expect(await runUnprivileged(bomb)).toMatchObject({ sandbox: 'bubblewrap', outcome: 'process-limit' });
  });

  it('ends with the process that made it, even when that one is killed', async () => {
    const marker = `9${process.pid}`;
    const child = spawn(process.execPath, [await callerScript(['sleep', marker], {})], { stdio: 'ignore' });
    expect(await eventually(() => aliveWith(marker))).toBe(true);
    child.kill('SIGKILL');

    expect(await eventually(async () => !(await aliveWith(marker)))).toBe(true);
  });
});
