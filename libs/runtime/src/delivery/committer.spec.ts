import { describe, expect, it } from '@jest/globals';
import { eventually } from '../contract-suites/index.js';
import { Committer } from './committer.js';

describe('Committer', () => {
  it('commits a later watermark after the committed one was asked for again', async () => {
    const commits: bigint[] = [];
    const committer = new Committer(
      async (next) => {
        commits.push(next);
        return 'committed';
      },
      { lost: () => undefined, failed: () => undefined },
    );
    committer.request(1n);
    await eventually(() => expect(commits).toEqual([1n]));

    committer.request(1n);
    committer.request(2n);

    await eventually(() => expect(commits).toEqual([1n, 2n]));
  });

  it('tells an outage once, and commits when it is over', async () => {
    const failures: unknown[] = [];
    let tries = 0;
    const committer = new Committer(
      async () => {
        tries += 1;
        if (tries < 4) throw new Error(`away ${tries}`);
        return 'committed';
      },
      { lost: () => undefined, failed: (error) => failures.push(error) },
    );

    committer.request(1n);

    await eventually(() => expect(tries).toBe(4));
    expect(failures).toEqual([new Error('away 1')]);
  });
});
