import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measurementRecorded, profileRecorded, type Measurement } from '@headroom/contracts';
import { ServiceIndex, ServiceMeasurements } from '@headroom/indexes';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import type { AnyTool } from '../tool.js';
import { metricsTools } from './metrics.tools.js';
import { OwnMetrics } from './own.metrics.js';

const { signal } = new AbortController();
const window = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T11:00:00Z' };

let parts: EmbeddedParts;
let query: AnyTool;
let list: AnyTool;

type Series = Measurement['series'];

async function measured(minute: number, series: Series, more: Partial<Measurement> = {}): Promise<void> {
  const startedAt = [`2026-11-02T10:${minute}:00Z`, `2026-11-02T10:${minute + 1}:00Z`];
  const endedAt = startedAt.map((time) => new Date(Date.parse(time) + 60_000).toISOString());
  const data = { ...measurementRecorded.example, windows: { startedAt, endedAt }, series, quality: undefined, ...more };
  await new ServiceMeasurements(parts.store).putMeasurement(data as Measurement);
}

beforeAll(async () => {
  parts = await openMemory();
  const profiles = new ServiceIndex(parts.store);
  const measurements = new ServiceMeasurements(parts.store);
  [query, list] = metricsTools([new OwnMetrics({ profiles, measurements, blobs: parts.blobs })]) as [AnyTool, AnyTool];
  const latency = (values: (number | null)[], entity: string) =>
    ({ metric: 'latency-p95', unit: 's', worse: 'up', entity, values }) as const;
  const cost = { metric: 'cpu-seconds-per-unit', unit: 's', worse: 'up', values: [0.2, 0.3] } as const;
  await measured(12, [latency([0.3, null], '/search'), latency([0.5, 0.6], '/cart')]);
  await measured(10, [latency([0.1, 0.2], '/search'), { ...cost, values: [...cost.values] }]);
  await measured(10, [{ metric: 'queue', unit: '1', worse: 'neither', values: [1, 2] }], { hostClass: 'small' });
  await measured(20, [{ metric: 'queue', unit: 'jobs', worse: 'up', values: [3, 4] }]);
  await measured(10, [latency([9, 9], '/pay')], { service: 'checkout' });
  await profiles.putProfile({
    ...profileRecorded.example,
    startedAt: '2026-11-02T10:00:00Z',
    endedAt: '2026-11-02T10:05:00Z',
    cpuSeconds: 10,
    units: 100,
  });
});

afterAll(() => parts.close());

const ask = async (tool: AnyTool, input: Record<string, unknown> = {}) =>
  tool.run(tool.input.parse({ service: 'web', ...window, ...input }), { signal });
const at = (minute: number): number => Date.parse(`2026-11-02T10:${minute}:00Z`) / 1000;

describe('what monitors measured', () => {
  it('is a series for each entity, in the order of time, null where nothing was measured', async () => {
    const { data, trust } = await ask(query, { metric: 'latency-p95' });

    expect(data).toMatchObject({
      unit: 's',
      partial: false,
      total: 2,
      series: [
        { labels: { entity: '/cart', event: 'measurement.recorded' }, times: [at(12), at(13)], values: [0.5, 0.6] },
        { labels: { entity: '/search' }, times: [10, 11, 12, 13].map(at), values: [0.1, 0.2, 0.3, null] },
      ],
      notes: ['null: not measured'],
    });
    expect(trust).toBe('untrusted');
  });

  it('is narrowed to the window, and paged', async () => {
    const narrow = await ask(query, { metric: 'latency-p95', from: '2026-11-02T10:11:00Z', limit: 1 });
    const { next_cursor: cursor, series } = narrow.data as { next_cursor: string; series: object[] };
    const second = await ask(query, { metric: 'latency-p95', from: '2026-11-02T10:11:00Z', limit: 1, cursor });

    expect(series).toMatchObject([{ labels: { entity: '/cart' } }]);
    expect(second.data).toMatchObject({ series: [{ labels: { entity: '/search' }, values: [0.2, 0.3, null] }] });
    expect(second.data).not.toHaveProperty('next_cursor');
  });

  it('stands beside what profiles tell under the same name', async () => {
    const { data, source } = await ask(query, { metric: 'cpu-seconds-per-unit' });
    const found = data as { series: { labels: Record<string, string>; values: number[] }[] };

    expect(data).toMatchObject({ unit: 's' });
    expect(found.series.map(({ labels, values }) => [labels['event'], values])).toEqual([
      [undefined, [0.1]],
      ['measurement.recorded', [0.2, 0.3]],
    ]);
    expect(source).toBe('profiles of web, measurements of web');
  });

  it('needs no profile of the service', async () => {
    expect((await ask(query, { service: 'checkout', metric: 'latency-p95' })).data).toMatchObject({ total: 1 });
    expect((await ask(list, { service: 'checkout' })).data).toMatchObject({
      entries: [{ metric: 'latency-p95', unit: 's', labels: { entity: '/pay' } }],
      notes: [expect.stringContaining('no profiles of a service "checkout"')],
    });
  });

  it('says each unit where they differ', async () => {
    const { data } = await ask(query, { metric: 'queue' });

    expect(data).not.toHaveProperty('unit');
    expect(data).toMatchObject({
      series: [{ labels: { unit: '1', host_class: 'small' } }, { labels: { unit: 'jobs' } }],
      notes: [expect.stringContaining('units differ')],
    });
  });

  it('is listed with its units and labels beside the metrics of profiles', async () => {
    const { data } = await ask(list);

    expect(data).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ metric: 'samples' }),
        {
          metric: 'latency-p95',
          unit: 's',
          labels: {
            environment: 'production',
            host_class: 'c7i.large',
            entity: '/search',
            event: 'measurement.recorded',
          },
          about: 'measured in 4 windows; worse: up',
        },
      ]),
      labels: ['environment', 'host_class', 'process', 'entity', 'event'],
    });
  });

  it.each([
    [{ metric: 'latency' }, /no metric "latency"; give one of cpu-cores.*latency-p95, queue/],
    [{ metric: 'latency-p95', from: '2026-11-02T10:30:00Z' }, /no metric "latency-p95"; give one of cpu-cores/],
    [{ metric: 'queue', function: 'src/a.ts:search' }, /queue was measured of no function; leave function out/],
    [{ promql: 'up' }, /No Prometheus is configured/],
  ])('says what is wrong with %o', async (input, words) => {
    await expect(ask(query, input)).rejects.toThrow(words);
  });

  it('is said to be missing of a service that nothing is known of', async () => {
    await expect(ask(list, { service: 'mail' })).rejects.toThrow(
      /no profiles of a service "mail"; known are web\. Nothing was measured of it in the window either/,
    );
  });
});
