import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Regression } from '@headroom/contracts';
import { buildRepository } from '@headroom/testing';
import { openMirror, type CommitInfo } from '@headroom/workspace';
import type { Candidate } from './candidates.js';
import type { Growth } from './growth.js';
import { presenceOf } from './presence.js';
import { RepositoryReader } from './repository.reader.js';

let dir: string;
let reader: RepositoryReader;
let commits: readonly string[];
let infos: CommitInfo[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-presence-'));
  const steps = ['begin', 'one', 'two'].map((message) => ({ message, files: { 'a.ts': `// ${message}` } }));
  const made = await buildRepository(dir, steps);
  commits = made.commits;
  const mirror = await openMirror({ location: made.bare, cacheDir: join(dir, 'cache') });
  infos = await mirror.commitsBetween(commits[0], commits[2]!);
  reader = new RepositoryReader(mirror);
});

afterAll(() => rm(dir, { recursive: true, force: true }));

const noGrowth = { versions: [] } as unknown as Growth;

/** A regression at `changePoint` whose deployments ran these commits at these costs. */
function regression(points: [deployment: string, commit: number, value: number][], changePoint: string): Regression {
  const series = points.map(([deployment, commit, value]) => ({
    deployment,
    version: commits[commit]!,
    value,
    quiet: true,
  }));
  return { series, changePoint: { deployment: changePoint } } as Regression;
}

const commit = (index: number): Candidate => ({
  kind: 'commit',
  info: infos.find((info) => info.commit === commits[index])!,
  deployment: 'd',
  proximity: 1,
  eligible: true,
});
const setting = (deployment: string): Candidate => ({
  kind: 'config',
  key: 'k',
  before: '1',
  after: '2',
  deployment,
  proximity: 1,
  eligible: true,
});

describe('presence', () => {
  it('is greatest for the commit that the cost followed, through a rollback too', async () => {
    const found = regression(
      [
        ['a', 0, 10],
        ['b', 1, 10],
        ['c', 2, 20],
        ['d', 1, 10],
        ['e', 2, 20],
      ],
      'c',
    );
    const presence = await presenceOf(reader, found, noGrowth, commits[0]);
    expect(presence(commit(2))).toBeCloseTo(1);
    expect(presence(commit(1))).toBeLessThan(0.7);
    expect(presence(setting('c'))).toBeLessThan(0.8);
  });

  it('tells a commit from a setting by the version that ran beside it', async () => {
    const found = regression(
      [
        ['a', 0, 10],
        ['b', 1, 20],
      ],
      'b',
    );
    const versions = [
      { version: commits[0]!, side: 'after', value: 10 },
      { version: commits[1]!, side: 'after', value: 20 },
    ] as const;
    const presence = await presenceOf(reader, found, { ...noGrowth, versions }, commits[0]);
    expect(presence(commit(1))).toBeCloseTo(1);
    expect(presence(setting('b'))).toBeLessThan(0.7);
  });

  it('cannot be told where nothing varies', async () => {
    const presence = await presenceOf(reader, regression([['a', 0, 10]], 'a'), noGrowth, commits[0]);
    expect(presence(commit(1))).toBeUndefined();
  });
});
