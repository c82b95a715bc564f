import { afterEach, describe, expect, it } from '@jest/globals';
import { json, loopbackServer, type LoopbackServer } from '../outside/testing/loopback.server.js';
import { PrometheusSource } from './prometheus.source.js';

// Constructed, not recorded: what a Prometheus of a test cannot be brought to say, by the published description of its API.
let server: LoopbackServer | undefined;

afterEach(async () => {
  await server?.close();
});

const window = { from: '2026-11-02T10:00:00Z', to: '2026-11-02T11:00:00Z' };
const { signal } = new AbortController();

async function answering(status: number, body: unknown): Promise<PrometheusSource> {
  server = await loopbackServer((_, response) => json(response, status, body));
  return new PrometheusSource({ url: `${server.url}/prometheus/`, token: 'a-token' });
}

describe('what speaks the API of Prometheus', () => {
  it('and did not reach all its stores is partial, with its warnings', async () => {
    const result = [{ metric: { b: '2', a: '1' }, values: [[1, '1.5']] }];
    const data = { resultType: 'matrix', result };
    const source = await answering(200, { status: 'success', data, warnings: ['store 2: partial response'] });

    expect(await source.query({ service: 'web', expression: 'up', window }, signal)).toMatchObject({
      series: [{ labels: { a: '1', b: '2' }, times: [1], values: [1.5] }],
      stepSeconds: 60,
      partial: true,
      notes: ['step of 60 s chosen for the window', 'store 2: partial response'],
    });
    expect(server!.asked[0]).toMatch(
      /^\/prometheus\/api\/v1\/query_range\?query=up&start=1793613600&end=1793617200&step=60$/,
    );
    expect(server!.authorizations).toEqual(['Bearer a-token']);
  });

  it.each([
    [
      503,
      { status: 'error', errorType: 'timeout', error: 'query timed out' },
      /503: query timed out; ask for a shorter window/,
      true,
    ],
    [200, { status: 'error', errorType: 'internal', error: 'broken' }, /200: broken; try again later/, false],
    [404, { detail: 'no such page' }, /no answer of the Prometheus API/, false],
    [200, { status: 'success', data: { resultType: 'vector', result: [] } }, /data of another shape/, false],
  ])('and answers %s %o says so', async (status, body, words, retryable) => {
    const source = await answering(status, body);
    const asking = source.query({ service: 'web', expression: 'up', window }, signal);

    await expect(asking).rejects.toThrow(words);
    await expect(asking).rejects.toMatchObject({ retryable });
  });

  it('has no metric by a name that is not configured', async () => {
    const source = await answering(200, {});

    expect(await source.query({ service: 'web', metric: 'load', window }, signal)).toBeUndefined();
    expect(server!.asked).toEqual([]);
  });
});
