import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { measurementRecorded, type Measurement } from '@headroom/contracts';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { ServiceMeasurements } from './service.measurements.js';

const all = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' };

let parts: EmbeddedParts;
let index: ServiceMeasurements;

beforeEach(async () => {
  parts = await openMemory();
  index = new ServiceMeasurements(parts.store, 6);
});

afterEach(() => parts.close());

/** One series with a value a window of a minute. */
function measurement(startedAt: string[], values: (number | null)[], more: Partial<Measurement> = {}): Measurement {
  const endedAt = startedAt.map((time) => new Date(Date.parse(time) + 60_000).toISOString());
  const series = [{ metric: 'latency-p95', unit: 's', worse: 'up' as const, values }];
  return { ...measurementRecorded.example, service: 'web/a b', windows: { startedAt, endedAt }, series, ...more };
}

const valuesOf = async (service: string, window = all) =>
  (await index.measurements(service, window)).measured.flatMap(({ series }) => series.map(({ values }) => values));

describe('the index of measurements', () => {
  it('gives the windows that begin in a stretch, of one service, over the end of a day', async () => {
    const times = ['2026-11-02T23:58:00Z', '2026-11-03T01:59:00+02:00', '2026-11-03T00:00:00Z'];
    await index.putMeasurement(measurement(times, [1, null, 3]));
    await index.putMeasurement(measurement(times, [9, 9, 9], { service: 'web' }));

    expect(await valuesOf('web/a b')).toEqual([[1, null], [3]]);
    expect(await valuesOf('web/a b', { from: '2026-11-02T23:59:00Z', to: '2026-11-03T00:00:00Z' })).toEqual([[null]]);
    expect(await valuesOf('nobody')).toEqual([]);
  });

  it('replaces the same windows of the same series, and keeps those of another host beside them', async () => {
    const times = ['2026-11-02T10:00:00Z'];
    await index.putMeasurement(measurement(times, [1]));
    await index.putMeasurement(measurement(times, [2]));
    await index.putMeasurement(measurement(times, [3], { hostClass: 'small' }));

    expect(new Set((await valuesOf('web/a b')).flat())).toEqual(new Set([2, 3]));
  });

  it('keeps no more values of a day than it may, and counts what it leaves', async () => {
    const at = (minute: number) => `2026-11-02T10:0${minute}:00Z`;
    await index.putMeasurement(measurement([at(0), at(1), at(2), at(3)], [1, 2, 3, 4]));
    await index.putMeasurement(measurement([at(4), at(5), at(6)], [5, 6, 7]));
    await index.putMeasurement(measurement(['2026-11-03T10:00:00Z'], [8]));

    expect(await valuesOf('web/a b')).toEqual([[1, 2, 3, 4], [8]]);
    expect((await index.measurements('web/a b', all)).left).toBe(3);
  });

  it('keeps no more days of a service than it may', async () => {
    const days = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString());
    await index.putMeasurement(
      measurement(
        days,
        days.map(() => 1),
      ),
    );

    expect((await valuesOf('web/a b')).flat()).toHaveLength(45);
  });
});
