import { describe, expect, it } from '@jest/globals';
import type { Change } from '@headroom/contracts';
import { commitOfProfile } from './profile.commit.js';

const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
  string,
  string,
];
const window = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T10:05:00Z' };
const deployment = (commit: string, deployedAt: string): Change => ({
  service: 'till',
  environment: 'production',
  deployment: deployedAt,
  kind: 'code',
  deployedAt,
  commit,
});
/** Changes as the index gives them: of the stretch only, earliest first. */
const index =
  (...all: Change[]) =>
  async ({ from, to }: { from: string; to: string }) =>
    all.filter(
      ({ deployedAt }) => Date.parse(deployedAt) >= Date.parse(from) && Date.parse(deployedAt) < Date.parse(to),
    );

const everything = {
  explicit: a,
  environment: c,
  byBuildId: { b1: d },
  changes: index(deployment(a, '2026-11-01T10:00:00Z'), deployment(e, '2026-11-02T09:00:00Z')),
};
const content = { labels: { commit: [b] }, buildIds: ['b1'] };

describe('commitOfProfile', () => {
  it('believes option, label, environment, build id and deployment in this order, and says who disagrees', async () => {
    const found = [];
    let sources: Partial<typeof everything> = everything;
    let of: { labels: Record<string, string[]>; buildIds: string[] } = content;
    found.push(await commitOfProfile(of, window, sources));
    sources = { ...sources, explicit: undefined } as never;
    found.push(await commitOfProfile(of, window, sources));
    of = { ...of, labels: {} };
    found.push(await commitOfProfile(of, window, sources));
    sources = { ...sources, environment: undefined } as never;
    found.push(await commitOfProfile(of, window, sources));
    of = { ...of, buildIds: [] };
    found.push(await commitOfProfile(of, window, sources));

    expect(found.map((each) => [each?.from, each?.commit, each?.conflicts.length])).toEqual([
      ['option', a, 4],
      ['label', b, 3],
      ['environment', c, 2],
      ['build-id', d, 1],
      ['deployment', e, 0],
    ]);
    expect(found[0]?.conflicts[0]).toBe(`The label says ${b}, the option ${a}.`);
  });

  it('names none where a deployment lies in the stretch, or a label has two values', async () => {
    const changes = index(deployment(a, '2026-11-02T10:02:00Z'));
    expect(await commitOfProfile({ labels: { commit: [a, b] }, buildIds: [] }, window, { changes })).toBeUndefined();
  });

  it("leaves a release's name in the label version alone, and refuses a short commit", async () => {
    expect(await commitOfProfile({ labels: { version: ['v1.2'] }, buildIds: [] }, window, {})).toBeUndefined();
    await expect(commitOfProfile({ labels: { commit: ['abc'] }, buildIds: [] }, window, {})).rejects.toMatchObject({
      code: 'HEADROOM_PROFILE_COMMIT_INVALID',
    });
  });
});
