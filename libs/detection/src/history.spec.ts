import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type ProfileInput, applyDeployment, applyProfile, emptyHistory } from './history.js';
import { deployment, drawWorld, historyOf, instant, realisticNoise, service } from './testing/world.js';

function profile(index: number, more: Partial<ProfileInput> = {}): ProfileInput {
  return {
    eventId: `p${index}`,
    deployment: `d${index}`,
    environment: 'production',
    hostClass: 'small',
    units: 100,
    cpuSeconds: 2,
    restOfHostCores: 0.1,
    startedAt: instant(index),
    endedAt: instant(index + 1),
    functions: [
      { id: 'src/a.ts:a', origin: 'first-party', totalCpuSeconds: 2, selfCpuSeconds: 0.5, samples: 20 },
      { id: 'src/b.ts:b', origin: 'first-party', totalCpuSeconds: 1.5, selfCpuSeconds: 1.5, samples: 15 },
    ],
    edges: [{ caller: 'src/a.ts:a', callee: 'src/b.ts:b', cpuSeconds: 1.5 }],
    ...more,
  };
}

const one = applyDeployment(emptyHistory('shop'), deployment(1));

describe('applyProfile', () => {
  it('sums numerators and denominators of several profiles of a deployment', () => {
    const busier = profile(1, { eventId: 'p1b', units: 300, cpuSeconds: 4, restOfHostCores: 0.3 });

    const observation = applyProfile(applyProfile(one, profile(1)), busier).deployments[0]?.observations[0];

    expect(observation).toMatchObject({ units: 400, cpuNs: 6e9, restOfHostCores: 0.3, withoutRestOfHost: 0 });
    expect(observation?.functions[1]).toEqual(['src/b.ts:b', 'first-party', 3e9, 3e9, 30]);
    expect(observation?.edges).toEqual([['src/a.ts:a', 'src/b.ts:b', 3e9]]);
  });

  it('keeps an unknown load of the rest of the host unknown', () => {
    const silent = applyProfile(one, profile(1, { restOfHostCores: null }));

    expect(silent.deployments[0]?.observations[0]).toMatchObject({ restOfHostCores: null, withoutRestOfHost: 1 });
  });

  it('keeps environments and host classes apart', () => {
    let history = applyProfile(one, profile(1));
    history = applyProfile(history, profile(1, { eventId: 'x', hostClass: 'large' }));
    history = applyProfile(history, profile(1, { eventId: 'y', environment: 'staging' }));

    const keys = history.deployments[0]?.observations.map((seen) => `${seen.environment}/${seen.hostClass}`);
    expect(keys).toEqual(['production/large', 'production/small', 'staging/small']);
  });

  it('does not change the history that it was given', () => {
    const before = JSON.stringify(one);

    applyProfile(one, profile(1));

    expect(JSON.stringify(one)).toBe(before);
  });

  it('holds a profile until its deployment is announced', () => {
    const waiting = applyProfile(emptyHistory('shop'), profile(1));
    expect(waiting.held).toHaveLength(1);

    const known = applyDeployment(waiting, deployment(1));

    expect(known).toEqual(applyProfile(one, profile(1)));
  });

  it('counts the oldest held profile as unknown when too many wait, once', () => {
    let history = emptyHistory('shop');
    for (const index of [3, 1, 2, 1]) history = applyProfile(history, profile(index), { heldProfiles: 2 });

    expect(history.held.map((held) => held.eventId)).toEqual(['p2', 'p3']);
    expect(history.ignoredCounts['unknown-deployment']).toBe(1);
  });

  it('counts profiles beyond the bound of a deployment instead of summing them', () => {
    let history = one;
    for (const eventId of ['x', 'y', 'z', 'z']) {
      history = applyProfile(history, profile(1, { eventId }), { profilesPerDeployment: 2 });
    }

    expect(history.deployments[0]?.observations[0]?.units).toBe(200);
    expect(history.ignoredCounts['enough-profiles']).toBe(1);
  });

  it('leaves out and counts functions and edges below the share that is kept', () => {
    const dust = {
      id: 'src/dust.ts:d',
      origin: 'first-party',
      totalCpuSeconds: 1e-5,
      selfCpuSeconds: 1e-5,
      samples: 1,
    } as const;
    const given = profile(1, {
      functions: [...profile(1).functions, dust],
      edges: [...profile(1).edges, { caller: 'src/a.ts:a', callee: dust.id, cpuSeconds: 1e-5 }],
    });

    const observation = applyProfile(one, given).deployments[0]?.observations[0];

    expect(observation?.functions.map((row) => row[0])).toEqual(['src/a.ts:a', 'src/b.ts:b']);
    expect(observation?.pruned).toEqual({ functions: 1, firstParty: 1, edges: 1 });
  });

  it('keeps the dearest functions of a profile that has too many', () => {
    const observation = applyProfile(one, profile(1), { functionsPerProfile: 1 }).deployments[0]?.observations[0];

    expect(observation?.functions.map((row) => row[0])).toEqual(['src/a.ts:a']);
    expect(observation?.pruned.functions).toBe(1);
  });

  it.each([
    ['cpuSeconds', { cpuSeconds: -1 }],
    ['units', { units: Number.NaN }],
    ['startedAt', { startedAt: 'yesterday' }],
    ['edges[0].cpuSeconds', { edges: [{ caller: 'a', callee: 'b', cpuSeconds: Infinity }] }],
  ])('refuses a wrong %s and names it', (key, wrong) => {
    expect(() => applyProfile(one, profile(1, wrong))).toThrow(
      expect.objectContaining({ code: 'HEADROOM_PROFILE_INVALID', message: expect.stringContaining(key) }),
    );
  });
});

describe('applyDeployment', () => {
  it('orders deployments by instant and id, whatever the zone and precision of the text', () => {
    let history = emptyHistory('shop');
    const times = { b: '2026-01-01T01:00:00.500Z', a: '2026-01-01T01:00:00Z', c: '2026-01-01T04:00:00+02:00' };
    for (const [id, deployedAt] of Object.entries(times)) {
      history = applyDeployment(history, deployment(0, { id, deployedAt }));
    }

    expect(history.deployments.map((record) => record.id)).toEqual(['a', 'b', 'c']);
  });

  it('keeps configuration changes in the stream', () => {
    const change = deployment(2, { kind: 'configuration', configKeys: ['pool.size'], commits: [] });

    expect(applyDeployment(one, change).deployments[1]).toMatchObject({
      kind: 'configuration',
      configKeys: ['pool.size'],
    });
  });

  it('drops the oldest beyond the bound, and takes neither it nor its profiles in again', () => {
    let history = emptyHistory('shop');
    for (const index of [1, 2, 3]) history = applyDeployment(history, deployment(index), { deployments: 2 });
    expect(history.deployments.map((record) => record.id)).toEqual(['d2', 'd3']);

    expect(applyDeployment(history, deployment(1), { deployments: 2 })).toBe(history);
    expect(applyDeployment(history, deployment(0), { deployments: 2 })).toBe(history);
    const late = applyProfile(applyProfile(history, profile(1)), profile(1));
    expect(late.ignoredCounts['retired-deployment']).toBe(1);
    expect(late.held).toEqual([]);
  });

  it('refuses a time without a zone', () => {
    expect(() => applyDeployment(one, deployment(2, { deployedAt: '2026-01-01T00:00:00' }))).toThrow(
      expect.objectContaining({ code: 'HEADROOM_DEPLOYMENT_INVALID' }),
    );
  });
});

describe('a history', () => {
  const world = drawWorld({ ...realisticNoise, deployments: 6, stacks: service() });
  const second = world.profiles.map((given) => ({ ...given, eventId: `${given.eventId}-b`, units: 7000 }));
  const third = world.profiles.map((given) => ({ ...given, eventId: `${given.eventId}-c`, restOfHostCores: null }));
  const events = [
    ...world.deployments.map((value) => ({ kind: 'deployment', value }) as const),
    ...[...world.profiles, ...second, ...third].map((value) => ({ kind: 'profile', value }) as const),
  ];
  const fold = (list: typeof events) => {
    let history = emptyHistory('shop');
    for (const event of list) {
      history =
        event.kind === 'deployment' ? applyDeployment(history, event.value) : applyProfile(history, event.value);
    }
    return history;
  };
  const expected = fold(events);

  it('is the same in whatever order the events arrive, and when each arrives twice', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), (list) => {
        expect(fold(list)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(expected))).toEqual(expected);
    expect(historyOf(world).service).toBe('shop');
  });
});
