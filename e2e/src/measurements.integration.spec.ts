import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { measurementRecorded } from '@headroom/contracts';
import { eventOf } from './case.events.js';
import { makeTarget } from './target.repository.js';
import { eventually, headroom, TestHost } from './test-host.js';

let dir: string;
let host: TestHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-measured-'));
  const { config } = await makeTarget(dir);
  host = await TestHost.start({ dataDir: join(dir, 'data'), config });
}, 120_000);

afterAll(async () => {
  await host?.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

interface Answer {
  result?: { series: { times: number[]; values: number[] }[]; unit: string };
}

describe('a measurement that a monitor published', () => {
  it('can be asked for as a series, by its name', async () => {
    const [startedAt, endedAt] = ['2026-11-02T10:00:00Z', '2026-11-02T10:05:00Z'];
    const series = [{ metric: 'latency-p95', unit: 's', worse: 'up' as const, values: [0.25] }];
    const windows = { startedAt: [startedAt], endedAt: [endedAt] };
    const data = { service: 'words', environment: 'production', windows, series };
    await host.client.publish([eventOf(measurementRecorded, data)]);

    const words = ['tools', 'call', 'metrics_query_series', 'service=words', 'metric=latency-p95', `at=${startedAt}`];
    const answer = await eventually('the series', async () => {
      const { code, stdout } = await headroom([...words, '--json', '--data', host.dataDir]);
      return code === 0 ? (JSON.parse(stdout) as Answer) : undefined;
    });

    expect(answer.result).toMatchObject({
      unit: 's',
      series: [{ times: [Date.parse(startedAt) / 1000], values: [0.25] }],
    });
  }, 120_000);
});
