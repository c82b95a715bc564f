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
const origin = { deployment: 'd2', from: '2026-11-02T10:00:00Z', to: '2026-11-02T10:05:00Z' };
const change = (deployment: string, commit: string, deployedAt: string, more: Partial<Change> = {}): Change => ({
  service: 'till',
  environment: 'production',
  deployment,
  kind: 'code',
  deployedAt,
  commit,
  ...more,
});
/** Changes as the index gives them: of the stretch only, earliest first. */
const index =
  (...all: Change[]) =>
  async ({ from, to }: { from: string; to: string }) =>
    all.filter(
      ({ deployedAt }) => Date.parse(deployedAt) >= Date.parse(from) && Date.parse(deployedAt) < Date.parse(to),
    );

const known = [
  change('d1', a, '2026-11-01T10:00:00Z', { buildIds: ['b1'] }),
  change('d1-again', d, '2026-11-01T11:00:00Z', { buildIds: ['b0', 'b1'] }),
  change('d2', e, '2026-11-02T09:00:00Z'),
];
const everything = { explicit: a, environment: c, changes: index(...known) };
const content = { labels: { commit: [b] }, buildIds: ['lib', 'b1'] };
const silent = { labels: {}, buildIds: [] };

describe('commitOfProfile', () => {
  it('believes option, label, environment, build id and deployment in this order, and says who disagrees', async () => {
    const { explicit: _explicit, ...unsaid } = everything;
    const { changes } = everything;
    const found = [
      await commitOfProfile(content, origin, everything),
      await commitOfProfile(content, origin, unsaid),
      await commitOfProfile({ ...content, labels: {} }, origin, unsaid),
      await commitOfProfile({ ...content, labels: {} }, origin, { changes }),
      await commitOfProfile(silent, origin, { changes }),
    ];

    expect(found.map((each) => [each?.from, each?.commit, each?.conflicts.length])).toEqual([
      ['option', a, 4],
      ['label', b, 3],
      ['environment', c, 2],
      ['build-id', d, 1],
      ['deployment', e, 0],
    ]);
    expect(found[0]?.conflicts[0]).toBe(`The label says ${b}, the option ${a}.`);
  });

  it('takes of a change of settings the code deployment before it, in the same environment', async () => {
    const settings = { kind: 'config', commit: undefined } as Partial<Change>;
    const changes = index(
      ...known,
      change('canary', c, '2026-11-02T09:30:00Z', { environment: 'staging' }),
      change('d3', b, '2026-11-02T09:40:00Z', settings),
      change('d4', b, '2026-11-02T09:50:00Z'),
    );

    expect(await commitOfProfile(silent, { ...origin, deployment: 'd3' }, { changes })).toMatchObject({ commit: e });
  });

  it('knows a deployment that was told when it was done, which is during the profile', async () => {
    const changes = index(...known, change('d3', b, '2026-11-02T10:02:00Z'));

    expect(await commitOfProfile(silent, { ...origin, deployment: 'd3' }, { changes })).toMatchObject({ commit: b });
  });

  it('names none where no change names the deployment, or a label has two values', async () => {
    const changes = index(...known);
    const two = { labels: { commit: [a, b] }, buildIds: ['other'] };

    expect(await commitOfProfile(two, { ...origin, deployment: 'd9' }, { changes })).toBeUndefined();
  });

  it("leaves a release's name in the label version alone, and refuses a short commit", async () => {
    expect(await commitOfProfile({ labels: { version: ['v1.2'] }, buildIds: [] }, origin, {})).toBeUndefined();
    await expect(commitOfProfile({ labels: { commit: ['abc'] }, buildIds: [] }, origin, {})).rejects.toMatchObject({
      code: 'HEADROOM_PROFILE_COMMIT_INVALID',
    });
  });
});
