import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parseEvent, sha256 } from '@headroom/contracts';
import { decodeStacks } from '@headroom/profiling';
import { profileEvent as eventOf, type ProfileOptions } from './profile.event.js';

const program = `
class Register {
  total(rounds: number): number {
    let sum = 0;
    for (let index = 0; index < rounds; index += 1) sum += Math.sqrt(index) % 7;
    return sum;
  }
}
console.log(new Register().total(60_000_000));
`;

const options: ProfileOptions = {
  service: 'register',
  environment: 'production',
  version: 'a'.repeat(40),
  deployment: 'd1',
  startedAt: '2026-11-02T10:00:00Z',
  endedAt: '2026-11-02T10:00:05Z',
  unitOfWork: 'sum',
  units: 1,
  cpuSeconds: 0.5,
  pathMap: {},
};

/** Nothing around the publisher tells a commit. */
const profileEvent = (path: string, given: ProfileOptions) => eventOf(path, given, { env: {} });

let dir: string;
let file: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'headroom-profile-'));
  mkdirSync(join(dir, 'src'));
  writeFileSync(join(dir, 'src', 'register.ts'), program);
  execFileSync(process.execPath, ['--cpu-prof', '--cpu-prof-dir', dir, 'src/register.ts'], { cwd: dir });
  file = join(dir, readdirSync(dir).find((name) => name.endsWith('.cpuprofile')) ?? '');
});

describe('profileEvent', () => {
  it('names functions by path and qualified name, and the stacks by their hash', async () => {
    const { event, blob } = await profileEvent(file, { ...options, source: dir });

    expect(() => parseEvent(event)).not.toThrow();
    expect(event.data.profile.sha256).toBe(sha256(blob));
    expect(decodeStacks(blob).frames.map((frame) => frame.id)).toContain('src/register.ts:Register.total');
  });

  it('gives the same profile the same id, and another one another', async () => {
    const first = await profileEvent(file, { ...options, source: dir });
    const again = await profileEvent(file, { ...options, source: dir });
    const other = await profileEvent(file, { ...options, source: dir, deployment: 'd2' });

    expect(again.event.id).toBe(first.event.id);
    expect(other.event.id).not.toBe(first.event.id);
  });

  it('says which flags are missing', async () => {
    const { service: _service, deployment: _deployment, ...rest } = options;

    await expect(profileEvent(file, rest)).rejects.toThrow('--service, --deployment');
  });

  it('asks for the stretch and the commit where the profile does not tell them', async () => {
    const { startedAt: _startedAt, ...timeless } = options;
    const { version: _version, ...unversioned } = options;

    await expect(profileEvent(file, timeless)).rejects.toThrow('--started-at');
    await expect(profileEvent(file, unversioned)).rejects.toMatchObject({ code: 'HEADROOM_PROFILE_COMMIT_UNKNOWN' });
  });

  it('takes collapsed stacks of another profiler', async () => {
    writeFileSync(join(dir, 'stacks.txt'), 'main (/app/main.py:3);total (/app/main.py:1) 9\n');
    const { event, blob } = await profileEvent(join(dir, 'stacks.txt'), { ...options, pathMap: { '/app': 'src' } });

    expect(() => parseEvent(event)).not.toThrow();
    expect(event.data.samples).toBe(9);
    expect(decodeStacks(blob).frames.map((frame) => frame.id)).toEqual(['src/main.py:main', 'src/main.py:total']);
  });

  it.each([
    ['a file that is not there', 'nowhere.cpuprofile', 'HEADROOM_INPUT_UNREADABLE'],
    ['a file that is no profile', 'src/register.ts', 'HEADROOM_PROFILE_INVALID'],
  ])('refuses %s', async (_, name, code) => {
    await expect(profileEvent(join(dir, name), options)).rejects.toMatchObject({ code });
  });
});
