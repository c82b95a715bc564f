import { describe, expect, it } from '@jest/globals';
import type { Profile } from '@headroom/contracts';
import { encodeStacks, type Stacks } from '@headroom/profiling';
import { toolListing } from '../toolbox/tool.listing.js';
import { configurationTools } from '../configuration/index.js';
import { ExperimentFiles, experimentsTools } from '../experiments/index.js';
import { DeployedConfiguration } from '../configuration/deployed.configuration.js';
import type { AnyTool } from '../tool.js';
import { metricsTools } from './metrics.tools.js';
import { OwnMetrics } from './own.metrics.js';
import { PrometheusSource } from './prometheus.source.js';

const summary = {
  firstPartyUs: 100,
  thirdPartyUs: 0,
  runtimeUs: 0,
  resolvedFrames: 2,
  unresolvedFrames: 0,
  unresolvedUs: 0,
  unlocatedUs: 0,
  unmappedUs: 0,
  unmappedFiles: [],
  problems: [],
};
const stacks = (weight: number): Stacks =>
  ({
    format: 'headroom.stacks.v1',
    unit: 'microseconds',
    frames: ['src/a.ts:cart', 'src/a.ts:search'].map((id) => ({ id, origin: 'first-party', resolved: true })),
    stacks: [
      { frames: [0], weight: 100 - weight, samples: 1 },
      { frames: [1], weight, samples: 1 },
    ],
    lines: [],
    samples: 2,
    durationUs: 100,
    idleUs: 0,
    summary,
  }) as unknown as Stacks;

const profile = (minute: number, more: Partial<Profile> = {}): Profile => ({
  service: 'web',
  environment: 'production',
  version: '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910',
  deployment: 'd1',
  hostClass: 'large',
  startedAt: `2026-11-02T10:0${minute}:00Z`,
  endedAt: `2026-11-02T10:0${minute}:30Z`,
  unitOfWork: 'request',
  units: 100,
  cpuSeconds: 10,
  samples: 2,
  format: 'headroom.stacks.v1',
  profile: { sha256: String(minute).repeat(64), size: 1, mediaType: 'x' },
  ...more,
});

const all = [profile(1), profile(2), profile(3, { hostClass: 'small', units: undefined }), profile(4)];
const own = new OwnMetrics({
  measurements: { measurements: () => Promise.resolve({ measured: [], left: 0 }) },
  profiles: {
    services: () => Promise.resolve(['web']),
    profiles: (service, { from, to }) =>
      Promise.resolve(all.filter((each) => each.service === service && each.startedAt >= from && each.startedAt < to)),
  },
  blobs: {
    get: ({ sha256 }) =>
      sha256.startsWith('4')
        ? Promise.reject(new Error('gone'))
        : Promise.resolve(Buffer.from(encodeStacks(stacks(Number(sha256[0]) * 20)))),
  },
});
const tools = metricsTools([own, new PrometheusSource({ url: 'http://127.0.0.1:1' })]);
const [query, list] = tools as [AnyTool, AnyTool];
const { signal } = new AbortController();
const WINDOW = { at: undefined, from: '2026-11-02T10:00:00Z', to: '2026-11-02T11:00:00Z' };
const ask = async (tool: AnyTool, input: Record<string, unknown>) =>
  (
    await tool.run(tool.input.parse({ service: 'web', at: '2026-11-02T10:02:00Z', ...input }), {
      signal,
    })
  ).data;

describe('metrics of the recorded profiles', () => {
  it('are of the process, a series for each class of hosts, null where nothing was supplied', async () => {
    expect(await ask(query, { metric: 'cpu-seconds-per-unit' })).toMatchObject({
      unit: 's',
      total: 2,
      series: [
        { labels: { environment: 'production', host_class: 'large' }, values: [0.1, 0.1, 0.1] },
        { labels: { host_class: 'small' }, times: [Date.parse('2026-11-02T10:03:00Z') / 1000], values: [null] },
      ],
      notes: [expect.stringContaining('null')],
    });
    expect(await ask(query, { metric: 'cpu-cores' })).toMatchObject({
      series: [{ values: [10 / 30, 10 / 30, 10 / 30] }, {}],
    });
  });

  it('are of one function, by the stacks; a profile that is gone is null and said', async () => {
    const found = (await ask(query, { metric: 'cpu-seconds-per-unit', function: 'src/a.ts:search' })) as {
      series: { values: number[] }[];
      notes: string[];
    };

    expect(found.series[0]!.values[0]).toBeCloseTo(0.02);
    expect(found.series[0]!.values[1]).toBeCloseTo(0.04);
    expect(found.series[0]!.values[2]).toBeNull();
    expect(found.notes).toContain('the stacks of a profile could not be read: its value is null');
    expect(await ask(query, { metric: 'cpu-share', function: 'src/a.ts:search' })).toMatchObject({
      series: [{}, { values: [0.6] }],
    });
  });

  it.each([
    [{ metric: 'latency' }, /no metric "latency"; give one of cpu-cores/],
    [{}, /Give either metric .* or promql/],
    [{ metric: 'cpu-share' }, /give function/],
    [{ metric: 'units', function: 'src/a.ts:search' }, /of the whole process/],
    [{ metric: 'units', service: 'shop' }, /no profiles of a service "shop"; known are web/],
    [{ metric: 'units', at: '2020-01-01T00:00:00Z' }, /no profile of web from .*; widen the window/],
    [{ metric: 'units', from: '2026-01-01T00:00:00Z' }, /window is not clear/],
    [{ metric: 'units', at: undefined, from: '2026-01-02T00:00:00Z', to: '2026-01-01T00:00:00Z' }, /window is empty/],
    [{ metric: 'units', cursor: 'what' }, /cursor is none of this tool/],
    [{ promql: 'up' }, /Prometheus at .* cannot be reached/],
  ])('say what is wrong with %o', async (input, words) => {
    await expect(ask(query, input)).rejects.toThrow(words);
  });

  it('are listed with their units, beside the sources there are', async () => {
    expect(await ask(list, WINDOW)).toMatchObject({
      entries: expect.arrayContaining([expect.objectContaining({ metric: 'cpu-seconds-per-unit', unit: 's' })]),
      notes: ['4 profiles in the window', 'other sources: prometheus'],
    });
    await expect(ask(list, { ...WINDOW, source: 'else' })).rejects.toThrow(
      /no source "else"; give one of own, prometheus/,
    );
    await expect(ask(list, { ...WINDOW, source: 'own', match: 'x' })).rejects.toThrow(/Only Prometheus takes match/);
  });
});

describe('the list of the tools of these domains', () => {
  it('costs a caller at most 1,300 tokens', () => {
    const six = [
      ...tools,
      ...experimentsTools([new ExperimentFiles('experiments')]),
      ...configurationTools([
        new DeployedConfiguration({ changes: () => Promise.resolve([]), deployedServices: () => Promise.resolve([]) }),
      ]),
    ];

    expect(six).toHaveLength(6);
    expect(JSON.stringify(six.map(toolListing)).length / 4).toBeLessThanOrEqual(1300);
  });
});
