import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { assess, rememberOpened } from './assess.js';
import type { Finding } from './finding.js';
import { type ServiceHistory, applyDeployment, applyProfile, emptyHistory } from './history.js';
import {
  type Stack,
  type World,
  type WorldOptions,
  deployment,
  drawWorld,
  historyOf,
  instant,
  realisticNoise,
  service,
  steady,
  step,
} from './testing/world.js';

const handle = 'src/server.ts:handle';
const router = 'router:dispatch';
const toPrice = [handle, router, 'src/cart.ts:total', 'src/pricing.ts:price'];
const toTokenise = [handle, router, 'src/catalogue.ts:search', 'src/text.ts:tokenise'];
const logging = ['src/log.ts:Logger.info', 'src/log.ts:Logger.write', 'node:fs:writeSync'];

const world = (stacks: Stack[], more: Partial<WorldOptions> = {}) =>
  drawWorld({ ...realisticNoise, deployments: 30, stacks, ...more });

/** Looks after every profile, as a running detector does, and opens what it finds. */
function play(drawn: World): { opened: Array<{ look: number; finding: Finding }>; history: ServiceHistory } {
  let history = emptyHistory('shop');
  const opened: Array<{ look: number; finding: Finding }> = [];
  for (const [look, announced] of drawn.deployments.entries()) {
    history = applyDeployment(history, announced);
    const measured = drawn.profiles[look];
    if (measured) history = applyProfile(history, measured);
    const { findings } = assess(history);
    opened.push(...findings.map((finding) => ({ look, finding })));
    history = rememberOpened(history, findings);
  }
  return { opened, history };
}

const told = (opened: Array<{ look: number; finding: Finding }>) =>
  opened.map(({ look, finding }) => [look, finding.subject, finding.changePoint.deployment]);

describe('a step of 13 % of the service', () => {
  const slower = world(service([{ frames: toPrice, micros: step(0, 12, 12) }]));

  it('is found at the right deployment, four deployments later and not before, and opened once', () => {
    expect(told(play(slower).opened)).toEqual([[15, 'src/pricing.ts:price', 'd12']]);
  });

  it('is told with everything that a reader needs to judge it', () => {
    const [finding] = assess(historyOf(slower, 16)).findings;

    expect(finding).toMatchObject({
      subject: 'src/pricing.ts:price',
      measuredFunction: 'src/pricing.ts:price',
      service: 'shop',
      environment: 'production',
      hostClass: 'small',
      metric: 'cpu-seconds-per-unit',
      repository: 'shop',
      changePoint: { deployment: 'd12', index: 12, version: 'v12', previousDeployment: 'd11', previousVersion: 'v11' },
      counts: { before: 12, after: 4, splits: 5, setAside: 0 },
      degreesOfFreedom: 14,
      stop: 'own-growth',
      uncertainty: 0,
      qualityFlags: [],
    });
    expect(finding?.before).toBeGreaterThan(10e-6);
    expect(finding?.before).toBeLessThan(14e-6);
    expect(finding?.delta).toBeGreaterThan(9e-6);
    expect(finding?.delta).toBeLessThan(15e-6);
    expect(finding?.shareOfService).toBeGreaterThan(0.1);
    expect(finding?.sds).toBeGreaterThanOrEqual(6);
    expect(finding?.q).toBeLessThanOrEqual(0.01);
    expect(finding?.series).toHaveLength(16);
    expect(finding?.candidateDeployments.map((one) => one.id)).toEqual(['d12']);
    expect(finding?.candidateDeployments[0]?.commits).toEqual([{ id: 'c12' }]);
  });

  it('keeps the chain from the outermost first-party frame, frames of others in between included', () => {
    const [finding] = assess(historyOf(slower, 16)).findings;

    expect(finding?.chain.map((frame) => [frame.id, frame.origin])).toEqual([
      [handle, 'first-party'],
      [router, 'third-party'],
      ['src/cart.ts:total', 'first-party'],
      ['src/pricing.ts:price', 'first-party'],
    ]);
  });

  it('folds the ancestors that rose with it, and says so in the funnel', () => {
    const exact = drawWorld({ deployments: 16, stacks: service([{ frames: toPrice, micros: step(0, 12, 12) }]) });

    const { findings, series } = assess(historyOf(exact));

    expect(findings.map((finding) => finding.subject)).toEqual(['src/pricing.ts:price']);
    expect(findings[0]?.folded).toEqual([handle, 'src/cart.ts:total']);
    const folded = series[0]?.funnel.find((count) => count.filter === 'folded');
    expect(folded).toMatchObject({ in: 3, out: 1, removed: 2 });
    expect(folded?.items[0]?.compared).toMatchObject({ into: 'src/pricing.ts:price' });
  });

  it('comes out the same in whatever order profiles and deployments arrive, each twice', () => {
    const expected = assess(historyOf(slower, 16));
    expect(expected.findings).toHaveLength(1);
    const events = [...slower.deployments.slice(0, 16), ...slower.profiles.slice(0, 16)];
    fc.assert(
      fc.property(fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }), (list) => {
        let history = emptyHistory('shop');
        for (const event of list) {
          history = 'eventId' in event ? applyProfile(history, event) : applyDeployment(history, event);
        }
        expect(assess(history)).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('leaves the history as it is', () => {
    const history = historyOf(slower);
    const before = JSON.stringify(history);

    rememberOpened(history, assess(history).findings);

    expect(JSON.stringify(history)).toBe(before);
  });
});

describe('the frame that is named', () => {
  it.each(['src/pricing.ts:price', 'src/text.ts:tokenise'])(
    'is the caller %s of a shared logger, not the logger, for one new log line',
    (culprit) => {
      const frames = [...(culprit === 'src/pricing.ts:price' ? toPrice : toTokenise), ...logging];

      const { opened } = play(world(service([{ frames, micros: step(0, 12, 20) }])));

      expect(told(opened)).toEqual([[15, culprit, 'd12']]);
      expect(opened[0]?.finding.stop).toBe('shared-callee');
      expect(opened[0]?.finding.grownCallees.slice(0, 3).map((frame) => [frame.id, frame.origin])).toEqual([
        ['src/log.ts:Logger.info', 'first-party'],
        ['src/log.ts:Logger.write', 'first-party'],
        ['node:fs:writeSync', 'runtime'],
      ]);
      expect(opened[0]?.finding.folded).toContain('src/log.ts:Logger.write');
    },
  );

  it('is the slow function also where a frame far above it serves callers for whom nothing changed', () => {
    const nightly = { frames: ['src/jobs.ts:nightly', handle, 'src/answer.ts:send'], micros: steady(30) };
    const rare = ['src/main.ts:serve', ...toPrice, 'src/discount.ts:discount'];

    const { opened } = play(world(service([nightly, { frames: rare, micros: step(0.3, 12, 25) }])));

    expect(told(opened)).toEqual([[15, 'src/discount.ts:discount', 'd12']]);
  });

  it('is the slow function also where too little was seen of one of its callers to expect anything of it', () => {
    const find = 'src/catalogue.ts:find';
    const under = (caller: string, before: number, after: number) => ({
      frames: [handle, router, caller, find],
      micros: step(before, 12, after),
    });
    const callers = [
      under('src/cart.ts:quote', 0.12, 13),
      under('src/cart.ts:add', 0.12, 13),
      under('src/catalogue.ts:show', 0.07, 2.3),
    ];

    const { opened } = play(world(service(callers), { units: 9000 }));

    expect(told(opened)).toEqual([[15, find, 'd12']]);
  });

  it('is the slow function also where the runtime resumes it after a wait', () => {
    const resumed = { frames: ['node:internal:runMicrotasks', handle, 'src/answer.ts:send'], micros: steady(30) };

    const { opened } = play(
      world(service([resumed, { frames: ['src/main.ts:serve', handle], micros: step(20, 12, 160) }])),
    );

    expect(told(opened)).toEqual([[15, handle, 'd12']]);
  });

  it('is the caller also where nothing was ever logged before', () => {
    const silent = service().filter((stack) => !stack.frames.includes('src/log.ts:Logger.info'));

    const { opened } = play(world([...silent, { frames: [...toPrice, ...logging], micros: step(0, 12, 25) }]));

    expect(told(opened)).toEqual([[15, 'src/pricing.ts:price', 'd12']]);
    expect(opened[0]?.finding.stop).toBe('new-callee');
  });

  it('is the caller also where the caller itself is too noisy to pass', () => {
    const silent = service().filter((stack) => !stack.frames.includes('src/log.ts:Logger.info'));
    const logged = (frames: string[], micros: Stack['micros']) => ({ frames: [...frames, ...logging], micros });
    const stacks = [...silent, logged(toPrice, steady(3)), logged([handle], step(0, 12, 9))];

    const [finding] = assess(historyOf(world(stacks))).findings;

    expect(finding).toMatchObject({
      subject: handle,
      measuredFunction: expect.stringContaining('src/log.ts:Logger.'),
      qualityFlags: ['measured-at-callee'],
    });
  });

  it('is the caller alone where a helper of the logger has far more to do for the new line than for any other', () => {
    const redact = ['src/log.ts:Logger.info', 'src/log.ts:Logger.write', 'src/log.ts:redact'];
    const stacks = service([
      { frames: [handle, ...redact], micros: steady(0.06) },
      { frames: [...toPrice, ...redact], micros: step(0, 12, 5) },
      { frames: [...toPrice, ...logging], micros: step(0, 12, 20) },
    ]);

    const { opened } = play(world(stacks));

    expect(told(opened)).toEqual([[15, 'src/pricing.ts:price', 'd12']]);
    expect(opened[0]?.finding.folded).toContain('src/log.ts:redact');
  });

  it('is a helper of the logger as well where it also became slower for the lines that were there before', () => {
    const redact = ['src/log.ts:Logger.info', 'src/log.ts:Logger.write', 'src/log.ts:redact'];
    const stacks = service([
      { frames: [handle, ...redact], micros: step(0.06, 12, 8) },
      { frames: [...toPrice, ...redact], micros: step(0, 12, 2) },
      { frames: [...toPrice, ...logging], micros: step(0, 12, 50) },
    ]);

    const { opened } = play(world(stacks));

    expect(told(opened)).toEqual([
      [15, 'src/pricing.ts:price', 'd12'],
      [15, 'src/log.ts:redact', 'd12'],
    ]);
  });

  it('is the logger when it became slower for all of its callers', () => {
    const callers = [[handle], toPrice, [handle, router, 'src/stock.ts:reserve']];
    const stacks = service().filter((stack) => !stack.frames.includes('src/log.ts:Logger.info'));
    const logged = callers.map((frames): Stack => ({ frames: [...frames, ...logging], micros: step(4, 12, 12) }));

    const { opened } = play(world([...stacks, ...logged]));

    expect(told(opened)).toEqual([[15, 'src/log.ts:Logger.write', 'd12']]);
  });

  it('is the function that calls slower code of others', () => {
    const { opened } = play(world(service([{ frames: [...toTokenise, 'node:regexp:exec'], micros: step(0, 12, 20) }])));

    expect(told(opened)).toEqual([[15, 'src/text.ts:tokenise', 'd12']]);
    expect(opened[0]?.finding.grownCallees.map((frame) => frame.id)).toEqual(['node:regexp:exec']);
  });

  it('is a handler that appears for the first time', () => {
    const { opened } = play(
      world(service([{ frames: [handle, router, 'src/new.ts:handler'], micros: step(0, 12, 14) }])),
    );

    expect(told(opened)).toEqual([[15, 'src/new.ts:handler', 'd12']]);
    expect(opened[0]?.finding).toMatchObject({ before: 0, relativeDelta: null });
    expect(opened[0]?.finding.sd).toBeGreaterThan(0);
  });

  it.each([
    ['src/tree.ts:visit', ['src/tree.ts:walk', 'src/tree.ts:visit']],
    ['src/tree.ts:walk', ['src/tree.ts:walk', 'src/tree.ts:visit', 'src/tree.ts:walk']],
  ])('is one of the cycle when functions that call each other became slower (%s last)', (_name, cycle) => {
    const frames = [handle, router, ...cycle, ...cycle];

    const { opened } = play(world(service([{ frames, micros: step(8, 12, 28) }])));

    expect(opened).toHaveLength(1);
    expect(cycle).toContain(opened[0]?.finding.subject);
  });

  it('is each of two independent causes at one deployment', () => {
    const { opened } = play(
      world(
        service([
          { frames: toPrice, micros: step(0, 12, 15) },
          { frames: toTokenise, micros: step(0, 12, 25) },
        ]),
      ),
    );

    expect(told(opened)).toEqual([
      [15, 'src/text.ts:tokenise', 'd12'],
      [15, 'src/pricing.ts:price', 'd12'],
    ]);
  });

  it('is each of two callers that began to log more at one deployment', () => {
    const more = [toPrice, toTokenise].map((frames, index) => ({
      frames: [...frames, ...logging],
      micros: step(0, 12, 20 + 5 * index),
    }));

    const { opened } = play(world(service(more)));

    expect(told(opened)).toEqual([
      [15, 'src/text.ts:tokenise', 'd12'],
      [15, 'src/pricing.ts:price', 'd12'],
    ]);
  });

  it('is a second caller of the logger, three deployments after a first', () => {
    const stacks = service([
      { frames: [...toPrice, ...logging], micros: step(0, 12, 20) },
      { frames: [...toTokenise, ...logging], micros: step(0, 15, 25) },
    ]);

    expect(told(play(world(stacks)).opened)).toEqual([
      [15, 'src/pricing.ts:price', 'd12'],
      [18, 'src/text.ts:tokenise', 'd15'],
    ]);
  });

  it('is nobody when a function was only renamed, and the funnel says what it took over', () => {
    const rest = service().filter((stack) => !stack.frames.includes('src/pricing.ts:price'));
    const renamed = [...toPrice.slice(0, -1), 'src/pricing.ts:cost'];
    const stacks = [
      ...rest,
      { frames: toPrice, micros: step(15, 12, 0) },
      { frames: renamed, micros: step(0, 12, 15) },
    ];

    const { opened, history } = play(world(stacks));

    expect(opened).toEqual([]);
    const removed = assess(history).series[0]?.funnel.find((count) => count.filter === 'cost-shift');
    expect(removed?.items).toEqual([
      expect.objectContaining({ id: 'src/pricing.ts:cost', reason: 'moved-within-caller' }),
    ]);
  });

  it('cannot fold anything without call edges, and says so', () => {
    const bare = world(service([{ frames: toPrice, micros: step(0, 12, 20) }]), {
      change: (profile) => ({ ...profile, edges: [] }),
    });

    const { findings } = assess(historyOf(bare, 16));

    expect(findings.map((finding) => finding.subject)).toContain('src/pricing.ts:price');
    expect(findings[0]?.qualityFlags).toContain('no-call-edges');
  });
});

describe('later looks', () => {
  it('open a second finding for a further rise of the same function, none for the first again', () => {
    const stacks = service([
      { frames: toPrice, micros: step(0, 12, 15) },
      { frames: toPrice, micros: step(0, 23, 30) },
    ]);

    const { opened } = play(world(stacks, { deployments: 40 }));

    expect(told(opened)).toEqual([
      [15, 'src/pricing.ts:price', 'd12'],
      [26, 'src/pricing.ts:price', 'd23'],
    ]);
    expect(opened.map(({ finding }) => finding.baselineIndex)).toEqual([0, 12]);
  });

  it.each([1, 2, 3, 4, 5, 6])('open nothing twice while estimates move (history %d)', (seed) => {
    const stacks = service([{ frames: [...toPrice, ...logging], micros: step(0, 14, 12) }]);

    const { opened } = play(world(stacks, { seed, deployments: 64 }));

    expect(opened.map(({ finding }) => finding.subject)).toEqual(['src/pricing.ts:price']);
  });

  it('do not take a finding that was opened one deployment off for another shift', () => {
    const slower = world(service([{ frames: toPrice, micros: step(0, 14, 12) }]));
    const history = historyOf(slower, 22);
    const found = assess(history).findings[0] as Finding;
    for (const off of [13, 15]) {
      const moved: Finding = {
        ...found,
        changePoint: { ...found.changePoint, deployment: `d${off}`, deployedAt: instant(off) },
      };

      expect(assess(rememberOpened(history, [moved])).findings).toEqual([]);
    }
  });

  it('merge what another host class shows of an opened shift', () => {
    const slower = world(service([{ frames: toPrice, micros: step(0, 12, 20) }]));
    let history = historyOf(slower);
    for (const profile of slower.profiles) {
      history = applyProfile(history, { ...profile, eventId: `${profile.eventId}-large`, hostClass: 'large' });
    }

    const assessment = assess(history);

    expect(assessment.series).toHaveLength(2);
    expect(assessment.findings).toHaveLength(1);
    const merged = assessment.series[1]?.funnel.find((count) => count.filter === 'same-shift');
    expect(merged?.items[0]).toMatchObject({ id: 'src/pricing.ts:price', reason: 'opened-before' });
  });

  it('find nothing in an improvement', () => {
    const stacks = service([{ frames: toPrice, micros: step(30, 12, 0) }]);

    expect(play(world(stacks)).opened).toEqual([]);
  });

  it('forget a finding once every deployment left is newer', () => {
    const { history } = play(world(service([{ frames: toPrice, micros: step(0, 12, 12) }])));
    expect(history.opened).toHaveLength(1);

    const later = applyDeployment(history, deployment(30), { deployments: 10 });

    expect(later.opened).toEqual([]);
  });
});

describe('which deployments count', () => {
  const log = service([{ frames: toPrice, micros: step(0, 12, 20) }]);

  it('are those on a quiet host: busy ones are set aside, shown, and never compared', () => {
    const busy = new Set([3, 7, 12]);
    const drawn = world(log, {
      deployments: 19,
      restOfHostCores: (index) => (busy.has(index) ? 0.9 : 0.05),
      change: (profile, index) => (busy.has(index) ? { ...profile, units: (profile.units ?? 0) / 3 } : profile),
    });

    const { findings, series } = assess(historyOf(drawn));

    expect(findings[0]?.changePoint).toMatchObject({ deployment: 'd13', previousDeployment: 'd11', index: 13 });
    expect(findings[0]?.counts).toMatchObject({ before: 10, after: 6, setAside: 3 });
    expect(findings[0]?.series[12]).toMatchObject({ quiet: false, setAside: 'busy-host', restOfHostCores: 0.9 });
    expect(series[0]?.funnel[0]).toMatchObject({ filter: 'replicates', in: 19, out: 16, removed: 3 });
    expect(series[0]?.funnel[0]?.items[0]).toEqual({
      id: 'd3',
      reason: 'busy-host',
      compared: { value: 0.9, limit: 0.2 },
    });
  });

  it('leave the deployments between the two levels under suspicion, measured or not', () => {
    const drawn = world(log, { deployments: 18, restOfHostCores: (index) => (index === 12 ? 0.9 : 0.05) });
    let history = historyOf({ ...drawn, profiles: drawn.profiles.filter((profile) => profile.deployment !== 'd13') });
    const change = {
      kind: 'configuration',
      deployedAt: '2026-01-01T12:30:00Z',
      configKeys: ['log.level'],
      commits: [],
    };
    history = applyDeployment(history, deployment(99, change));

    const [finding] = assess(history).findings;

    expect(finding?.candidateDeployments.map((one) => [one.id, one.kind, one.replicate])).toEqual([
      ['d12', 'code', false],
      ['d99', 'configuration', false],
      ['d13', 'code', false],
      ['d14', 'code', true],
    ]);
  });

  it('are too few on a noisy machine: no finding, with counts', () => {
    const drawn = world(log, { deployments: 24, restOfHostCores: (index) => (index % 2 === 0 ? 1.2 : 0.05) });
    const history = historyOf(drawn, 22);

    const assessment = assess(history);

    expect(assessment).toMatchObject({ status: 'noisy-machine', findings: [] });
    expect(assessment.series[0]?.counts).toEqual({ deployments: 22, measured: 22, quiet: 11, busy: 11, needed: 12 });
    expect(assess(historyOf(drawn)).status).toBe('watching');
  });

  it.each([
    [0, 'collecting'],
    [11, 'collecting'],
    [12, 'watching'],
  ])('make the status of %d measured deployments %s', (count, status) => {
    expect(assess(historyOf(world(log), count)).status).toBe(status);
  });

  it('are exactly at the limit still quiet', () => {
    const drawn = world(log, { deployments: 12, restOfHostCores: () => 0.2 });

    expect(assess(historyOf(drawn)).series[0]?.counts).toMatchObject({ quiet: 12, busy: 0 });
  });

  it('are taken as quiet, and flagged, when the rest of the host is not supplied', () => {
    const drawn = world(log, { deployments: 16, restOfHostCores: () => null });

    expect(assess(historyOf(drawn)).findings[0]?.qualityFlags).toEqual(['rest-of-host-not-supplied']);
  });

  it('do not include those with too few samples to tell that a function is absent', () => {
    const drawn = world(log, { deployments: 13, change: (one, index) => (index === 4 ? thinned(one) : one) });

    expect(assess(historyOf(drawn)).series[0]?.funnel[0]?.items).toEqual([
      expect.objectContaining({ id: 'd4', reason: 'too-few-samples' }),
    ]);
  });

  it('are never compared across host classes', () => {
    const drawn = world(service(), {
      deployments: 30,
      change: (profile, index) =>
        index < 15 ? profile : { ...profile, hostClass: 'slow', units: (profile.units ?? 0) / 2 },
    });

    const assessment = assess(historyOf(drawn));

    expect(assessment.findings).toEqual([]);
    expect(assessment.series.map((one) => [one.hostClass, one.counts.measured])).toEqual([
      ['slow', 15],
      ['small', 15],
    ]);
  });
});

describe('without CPU or units of work', () => {
  it.each([
    ['units', { units: null }],
    ['CPU', { cpuSeconds: null }],
  ])('uses shares when %s are not supplied, and says so', (_what, missing) => {
    const drawn = world(service([{ frames: toPrice, micros: step(0, 12, 20) }]), {
      deployments: 16,
      change: (profile) => ({ ...profile, ...missing }),
    });

    const assessment = assess(historyOf(drawn));

    expect(assessment.series[0]?.metric).toBe('cpu-share');
    expect(assessment.findings[0]).toMatchObject({
      subject: 'src/pricing.ts:price',
      metric: 'cpu-share',
      qualityFlags: ['share-of-cpu'],
    });
    expect(assessment.findings[0]?.delta).toBeGreaterThan(0.1);
    expect(assessment.findings[0]?.delta).toBeLessThan(0.25);
  });

  it('demands the growth in percentage points', () => {
    const drawn = drawWorld({
      deployments: 16,
      stacks: service([{ frames: toPrice, micros: step(0, 12, 1.5) }]),
      change: (profile) => ({ ...profile, units: null }),
    });

    const { findings, series } = assess(historyOf(drawn));

    expect(findings).toEqual([]);
    const small = series[0]?.funnel.find((count) => count.filter === 'service-share');
    expect(small?.items[0]?.compared).toMatchObject({ limit: 0.02 });
  });

  it('sets single deployments aside that lack the figures that others have', () => {
    const drawn = world(service(), {
      deployments: 16,
      change: (profile, index) => (index === 5 ? { ...profile, units: null } : profile),
    });

    const [series] = assess(historyOf(drawn)).series;

    expect(series?.metric).toBe('cpu-seconds-per-unit');
    expect(series?.funnel[0]?.items).toEqual([expect.objectContaining({ id: 'd5', reason: 'no-work-figures' })]);
  });
});

describe('the funnel', () => {
  const drawn = world(service([{ frames: toPrice, micros: step(0, 12, 12) }]));

  it('adds up from every first-party function to the findings', () => {
    for (const until of [12, 14, 16, 30]) {
      const assessment = assess(historyOf(drawn, until));
      const [, ...funnel] = assessment.series[0]?.funnel ?? [];
      expect(funnel[0]?.in).toBe(assessment.findings[0]?.counts.functions ?? funnel[0]?.in);
      for (const [index, count] of funnel.entries()) {
        expect(count.out).toBe(count.in - count.removed);
        expect(funnel[index + 1]?.in ?? assessment.findings.length).toBe(count.out);
      }
    }
  });

  it('says by which numbers a real but small or noisy growth was removed', () => {
    const exact = { deployments: 20, stacks: service([{ frames: toPrice, micros: step(0, 12, 1) }]) };
    const small = assess(historyOf(drawWorld(exact))).series[0]?.funnel.find((one) => one.filter === 'service-share');
    expect(small?.items[0]?.compared.delta).toBeCloseTo(1e-6, 9);
    expect(small?.items[0]?.compared.limit).toBeCloseTo(0.02 * 88e-6, 9);

    const noisy = world(service([{ frames: toPrice, micros: step(0, 20, 6) }]), { deployments: 40, ownSd: 0.06 });
    const removed = assess(historyOf(noisy)).series[0]?.funnel.find((one) => one.filter === 'between-deployments');
    const item = removed?.items.find((one) => one.id === 'src/pricing.ts:price');
    expect(Number(item?.compared.delta)).toBeLessThan(Number(item?.compared.limit));
    expect(Number(item?.compared.limit)).toBeCloseTo(6 * Number(item?.compared.sd), 12);
  });

  it('says when a rise is still too young', () => {
    const young = assess(
      historyOf(drawWorld({ deployments: 15, stacks: service([{ frames: toPrice, micros: step(0, 12, 30) }]) })),
    );

    const waiting = young.series[0]?.funnel.find((one) => one.filter === 'settled');
    expect(young.findings).toEqual([]);
    expect(waiting?.items.map((item) => item.compared.after)).toContain(3);
  });

  it('lists no more removed items than asked, but counts all', () => {
    const [series] = assess(historyOf(drawn, 12), { listedRemovals: 2 }).series;

    const significant = series?.funnel.find((one) => one.filter === 'significant');
    expect(significant?.items).toHaveLength(2);
    expect(significant?.removed).toBeGreaterThan(2);
  });
});

/** A profile with a fiftieth of the samples. */
function thinned(profile: World['profiles'][number]): World['profiles'][number] {
  const functions = profile.functions.map((row) => ({
    ...row,
    samples: row.samples / 50,
    totalCpuSeconds: row.totalCpuSeconds / 50,
    selfCpuSeconds: row.selfCpuSeconds / 50,
  }));
  return { ...profile, functions, units: (profile.units ?? 0) / 50, cpuSeconds: (profile.cpuSeconds ?? 0) / 50 };
}
