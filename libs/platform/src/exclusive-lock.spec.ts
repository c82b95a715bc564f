import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ExclusiveLock } from './index.js';

async function lockPath(): Promise<string> {
  return join(await mkdtemp(join(tmpdir(), 'headroom-lock-')), 'some.lock');
}

const holder = `
import { DatabaseSync } from 'node:sqlite';
const database = new DatabaseSync(process.argv[1]);
database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
process.stdout.write('held');
setInterval(() => database, 1000);
`;

describe('ExclusiveLock', () => {
  it('is held by one at a time', async () => {
    const path = await lockPath();
    const first = new ExclusiveLock(path).tryAcquire('a test');

    expect(first).toBeDefined();
    expect(new ExclusiveLock(path).tryAcquire('another')).toBeUndefined();
    expect(new ExclusiveLock(path).owner()).toBe(`process ${process.pid} (a test)`);

    first?.release();
    const second = new ExclusiveLock(path).tryAcquire('another');
    expect(second).toBeDefined();
    second?.release();
  });

  it('is free again as soon as its owner is killed', async () => {
    const path = await lockPath();
    const child = spawn(process.execPath, ['--input-type=module', '-e', holder, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const whileHeld = new ExclusiveLock(path).tryAcquire('me');

    child.kill('SIGKILL');
    await once(child, 'exit');
    const held = await new ExclusiveLock(path).acquire('me', AbortSignal.timeout(10_000));
    held.release();

    expect(whileHeld).toBeUndefined();
  });

  it('stops waiting when told to', async () => {
    const path = await lockPath();
    const held = new ExclusiveLock(path).tryAcquire('a test');
    const abort = new AbortController();

    const waiting = new ExclusiveLock(path).acquire('me', abort.signal);
    abort.abort();

    await expect(waiting).rejects.toThrow(/abort/i);
    held?.release();
  });
});
