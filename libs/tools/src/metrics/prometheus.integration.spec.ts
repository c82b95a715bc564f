import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AnyTool } from '../tool.js';
import { loopbackServer, type LoopbackServer } from '../outside/testing/loopback.server.js';
import { metricsTools } from './metrics.tools.js';
import { PrometheusSource } from './prometheus.source.js';
import { LocalPrometheus } from './testing/local.prometheus.js';

let endpoint: LoopbackServer;
let prometheus: LocalPrometheus;
let source: PrometheusSource;
let query: AnyTool;
let list: AnyTool;
let scrapes = 0;

const signal = new AbortController().signal;

beforeAll(async () => {
  endpoint = await loopbackServer((_, response) => {
    scrapes++;
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(
      [
        '# TYPE shop_requests_total counter',
        `shop_requests_total{service="web",route="/search"} ${scrapes * 10}`,
        `shop_requests_total{service="web",route="/cart"} ${scrapes}`,
        'shop_requests_total{service="checkout",route="/pay"} 1',
        '# TYPE shop_load gauge',
        'shop_load{service="web",kind="none"} NaN',
        'shop_load{service="web",kind="endless"} +Inf',
        '',
      ].join('\n'),
    );
  });
  prometheus = await LocalPrometheus.start(new URL(endpoint.url).host);
  source = new PrometheusSource({
    url: prometheus.url,
    metrics: { requests: 'sum by (route) (shop_requests_total{service="{service}"})' },
  });
  [query, list] = metricsTools([source]) as [AnyTool, AnyTool];
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { series = [] } =
      (await source.query({ service: 'web', expression: 'shop_load', window: around(), stepSeconds: 1 }, signal)) ?? {};
    if (series.length === 2 && series.every(({ times }) => times.length >= 3)) break;
    if (Date.now() > deadline) throw new Error(`Prometheus scraped nothing: ${prometheus.output}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}, 120_000);

afterAll(async () => {
  await prometheus?.stop();
  await endpoint?.close();
});

function around(): { from: string; to: string } {
  return { from: new Date(Date.now() - 60_000).toISOString(), to: new Date(Date.now() + 1000).toISOString() };
}

const call = (tool: AnyTool, input: Record<string, unknown>) =>
  tool.run(tool.input.parse({ service: 'web', ...input }), { signal });

describe('a real Prometheus', () => {
  it('tells its version', async () => {
    expect(await source.version(signal)).toMatch(/^\d+\.\d+/);
  });

  it('answers a named metric of one service, with the expression as source', async () => {
    const { data, source: from, trust } = await call(query, { metric: 'requests', ...around(), step_seconds: 1 });
    const found = data as { series: { labels: object; values: number[] }[]; total: number };

    expect(found.series.map(({ labels }) => labels)).toEqual([{ route: '/cart' }, { route: '/search' }]);
    expect(found.series[0]!.values.at(-1)).toBeGreaterThanOrEqual(1);
    expect(found.series[1]!.values.at(-1)).toBe(found.series[0]!.values.at(-1)! * 10);
    expect(from).toContain('shop_requests_total{service="web"}');
    expect(trust).toBe('untrusted');
  });

  it('answers what is no number as a word, page by page', async () => {
    const first = await call(query, { promql: 'shop_load', ...around(), step_seconds: 1, limit: 1 });
    const page = first.data as { series: { labels: object; values: unknown[] }[]; total: number; next_cursor: string };
    const second = await call(query, { promql: 'shop_load', ...around(), limit: 1, cursor: page.next_cursor });

    expect(page.total).toBe(2);
    expect(page.series[0]).toMatchObject({ labels: { kind: 'endless' } });
    expect(page.series[0]!.values.at(-1)).toBe('+Inf');
    expect(second.data).toMatchObject({ series: [{ labels: { kind: 'none' } }] });
    expect((second.data as typeof page).series[0]!.values.at(-1)).toBe('NaN');
    expect(second.data).not.toHaveProperty('next_cursor');
  });

  it('is never asked for more points than it gives, and the step that is taken is said', async () => {
    const window = { from: '2026-01-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };
    const { data } = await call(query, { promql: 'shop_load', ...window, step_seconds: 1 });

    expect(data).toMatchObject({
      step_seconds: 3600,
      notes: expect.arrayContaining([expect.stringContaining('step of 3600 s instead of 1 s')]),
    });
    expect((await call(query, { promql: 'up', ...around() })).data).toMatchObject({ step_seconds: 2 });
  });

  it('says what is wrong with an expression, in its own words', async () => {
    await expect(call(query, { promql: 'sum(', ...around() })).rejects.toThrow(
      /Prometheus answered 400: .*parse error.*mend/,
    );
    await expect(call(query, { promql: 'shop_load + on() shop_load', ...around() })).rejects.toThrow(/422.*aggregate/);
  });

  it('lists the series that a selector has, and the labels', async () => {
    const { data } = await call(list, { match: '{service="checkout"}', ...around() });

    expect(data).toMatchObject({
      entries: [
        { metric: 'requests', about: expect.stringContaining('service="web"') },
        { labels: expect.objectContaining({ __name__: 'shop_requests_total', route: '/pay' }) },
      ],
      labels: expect.arrayContaining(['route', 'service']),
      total: 2,
      partial: false,
    });
  });

  it('keeps the service a text of the expression, whatever its name', async () => {
    const { data } = await call(query, { service: 'web"} or shop_load{a="', metric: 'requests', ...around() });

    expect(data).toMatchObject({ series: [], notes: expect.arrayContaining([expect.stringContaining('no series')]) });
  });
});
