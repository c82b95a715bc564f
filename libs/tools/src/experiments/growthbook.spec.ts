import { afterEach, describe, expect, it } from '@jest/globals';
import type { AnyTool } from '../tool.js';
import { json, loopbackServer, type LoopbackServer } from '../outside/testing/loopback.server.js';
import { experimentsTools } from './experiments.tools.js';
import { exposureShares } from './exposure.shares.js';
import { GrowthBookSource } from './growthbook.source.js';

// Constructed, not recorded: these answers were written from the published description of GrowthBook's REST API, version 1.
const page = (kind: string, items: unknown[], more: { offset: number; total: number }) => ({
  [kind]: items,
  limit: 100,
  offset: more.offset,
  count: items.length,
  total: more.total,
  hasMore: more.offset + items.length < more.total,
  nextOffset: more.offset + items.length < more.total ? more.offset + items.length : null,
});

const ranking = {
  id: 'exp_ranking',
  name: 'New ranking',
  project: 'prj_search',
  hypothesis: '',
  description: '',
  tags: [],
  owner: 'search team',
  archived: false,
  status: 'running',
  autoRefresh: true,
  hashAttribute: 'id',
  hashVersion: 2,
  dateCreated: '2026-10-01T00:00:00Z',
  dateUpdated: '2026-11-02T09:00:00Z',
  variations: [
    { variationId: 'v0', key: '0', name: 'control', description: '', screenshots: [] },
    { variationId: 'v1', key: '1', name: 'reranked', description: '', screenshots: [] },
  ],
  phases: [
    {
      name: 'Ramp',
      dateStarted: '2026-10-20T00:00:00Z',
      dateEnded: '2026-11-02T09:30:00Z',
      reasonForStopping: 'ramp up',
      seed: 'a',
      coverage: 0.1,
      trafficSplit: [
        { variationId: 'v0', weight: 0.5 },
        { variationId: 'v1', weight: 0.5 },
      ],
      targetingCondition: '',
    },
    {
      name: 'Main',
      dateStarted: '2026-11-02T09:30:00Z',
      dateEnded: '',
      reasonForStopping: '',
      seed: 'a',
      coverage: 1,
      trafficSplit: [
        { variationId: 'v0', weight: 0.2 },
        { variationId: 'v1', weight: 0.8 },
      ],
      targetingCondition: '',
    },
  ],
  settings: {},
  resultSummary: {
    status: 'won',
    winner: 'v1',
    conclusions: 'keep it',
    releasedVariationId: '',
    excludeFromPayload: false,
  },
};
const flag = {
  id: 'rerank-cache',
  dateCreated: '2026-09-01T00:00:00Z',
  dateUpdated: '2026-11-02T09:40:00Z',
  archived: false,
  description: '',
  owner: 'search team',
  project: 'prj_search',
  valueType: 'boolean',
  defaultValue: 'false',
  tags: [],
  environments: {
    production: {
      enabled: true,
      defaultValue: 'false',
      rules: [{ type: 'rollout', enabled: true, coverage: 0.25, id: 'r', value: 'true' }],
    },
    dev: { enabled: false, defaultValue: 'false', rules: [] },
  },
  revision: { version: 7, comment: 'a quarter', date: '2026-11-02T09:40:00Z', publishedBy: 'operator@shop.example' },
};
const analysis = { engine: 'bayesian', numerator: 1, denominator: 1, stddev: 1 };
const results = {
  result: {
    id: 'snp_1',
    experimentId: 'exp_ranking',
    dateUpdated: '2026-11-03T00:00:00Z',
    results: [
      {
        dimension: 'All',
        totalUsers: 2000,
        checks: { srm: 0.00001 },
        metrics: [
          {
            metricId: 'met_cpu',
            variations: [
              {
                variationId: 'v0',
                users: 1000,
                analyses: [{ ...analysis, mean: 1, percentChange: 0, ciLow: 0, ciHigh: 0 }],
              },
              {
                variationId: 'v1',
                users: 1000,
                analyses: [
                  { ...analysis, mean: 1.2, percentChange: 0.2, ciLow: 0.1, ciHigh: 0.3, chanceToBeatControl: 0.01 },
                ],
              },
            ],
          },
        ],
      },
    ],
  },
};

let server: LoopbackServer | undefined;

afterEach(async () => {
  await server?.close();
});

const draft = (id: string) => ({ ...ranking, id, status: 'draft' });
const drafts = Array.from({ length: 100 }, (_, index) => draft(`exp_${index}`));

async function growthbook(): Promise<AnyTool[]> {
  server = await loopbackServer((request, response, url) => {
    if (request.headers.authorization !== 'Bearer secret-of-the-test')
      return json(response, 401, { message: 'Invalid API key' });
    const offset = Number(url.searchParams.get('offset') ?? 0);
    if (url.pathname === '/api/v1/experiments') {
      const items = offset === 0 ? drafts : [ranking, { ...ranking, id: 'exp_other', project: 'prj_other' }];
      return json(response, 200, page('experiments', items, { offset, total: 102 }));
    }
    if (url.pathname === '/api/v1/features') return json(response, 200, page('features', [flag], { offset, total: 1 }));
    if (url.pathname === '/api/v1/experiments/exp_ranking') return json(response, 200, { experiment: ranking });
    if (url.pathname === '/api/v1/experiments/exp_ranking/results') return json(response, 200, results);
    return json(response, 404, { message: 'Could not find experiment with that id' });
  });
  return experimentsTools([source(server.url)]);
}

function source(url: string, token = 'secret-of-the-test'): GrowthBookSource {
  const projects = { prj_search: ['web'], prj_other: ['checkout'] };
  return new GrowthBookSource({ url, token, projects, timeoutMs: 2000 });
}

const { signal } = new AbortController();
const window = { from: '2026-11-02T09:00:00Z', to: '2026-11-02T10:00:00Z' };

describe('GrowthBook', () => {
  it('tells, over all pages, what is active on a service, and who saw what from when', async () => {
    const [list] = (await growthbook()) as [AnyTool];
    const { data, trust } = await list.run(list.input.parse({ service: 'web', ...window }), { signal });

    expect(data).toMatchObject({
      total: 2,
      experiments: [
        { id: 'rerank-cache', kind: 'flag', status: 'on' },
        {
          id: 'exp_ranking',
          status: 'running',
          start: '2026-10-20T00:00:00Z',
          variants: [
            { name: 'control', weight: 0.2 },
            { name: 'reranked', weight: 0.8 },
          ],
        },
      ],
    });
    const [rollout, experiment] = (data as { experiments: { exposure: unknown }[] }).experiments;
    expect(rollout!.exposure).toEqual([
      {
        at: '2026-11-02T09:40:00Z',
        change: expect.stringMatching(/revision 7 by operator.*a quarter.*production on, rollout 25 %/),
      },
    ]);
    expect(experiment!.exposure).toEqual(
      [
        { at: '2026-10-20T00:00:00Z', change: 'Ramp begins, 10 % exposed, control 0.5 / reranked 0.5' },
        { at: '2026-11-02T09:30:00Z', change: 'Ramp ends: ramp up' },
        {
          at: '2026-11-02T09:30:00Z',
          change: 'Main begins, 100 % exposed, control 0.2 / reranked 0.8',
          before: 0.1,
          after: 1,
        },
      ].slice(1),
    );
    expect(server!.asked.filter((path) => path.includes('/experiments'))).toHaveLength(2);
    expect(trust).toBe('untrusted');
  });

  it('gives the shares of a change, and says where they are not known', async () => {
    await growthbook();
    const sources = [source(server!.url)];

    const { changes, notes } = await exposureShares(sources, 'web', window, signal);

    expect(changes).toEqual([{ key: 'exp_ranking', changedAt: '2026-11-02T09:30:00Z', before: 0.1, after: 1 }]);
    expect(notes).toEqual([expect.stringContaining('rerank-cache changed at 2026-11-02T09:40:00Z')]);
  });

  it('notes a source that is away', async () => {
    const sources = [source('http://127.0.0.1:9')];

    const { changes, notes } = await exposureShares(sources, 'web', window, signal);

    expect(changes).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('could not be looked up')]);
  });

  it('does not tell of experiments that began later', async () => {
    const [list] = (await growthbook()) as [AnyTool];
    const early = { from: '2026-08-01T00:00:00Z', to: '2026-08-02T00:00:00Z' };

    expect((await list.run(list.input.parse({ service: 'web', ...early }), { signal })).data).toMatchObject({
      total: 0,
    });
  });

  it('tells results, and that they cannot be trusted where the split is off', async () => {
    const [, get] = (await growthbook()) as [AnyTool, AnyTool];
    const { data } = await get.run({ id: 'exp_ranking' }, { signal });

    expect(data).toMatchObject({
      conclusion: 'winner: v1; keep it',
      results: [
        { variant: 'control', change: 0 },
        { metric: 'met_cpu', variant: 'reranked', change: 0.2, ci_low: 0.1 },
      ],
      notes: [expect.stringContaining('sample ratio mismatch')],
    });
    await expect(get.run({ id: 'exp_none' }, { signal })).rejects.toThrow(/No experiment "exp_none" is known/);
  });

  it('says what is wrong with the key, without it', async () => {
    await growthbook();
    const asking = source(server!.url, 'wrong-key').active('web', window, signal);

    await expect(asking).rejects.toThrow(/refuses the token \(401\).*tools\.growthbook\.tokenEnv/);
    await expect(asking).rejects.not.toThrow('wrong-key');
  });

  it.each([
    ['asks for patience', 429, { message: 'Too many requests, limit to 60 per minute' }, /try again in 12 s/],
    ['is broken', 500, { message: 'Something is broken' }, /answered 500: Something is broken;/],
    ['answers something else', 200, { hello: 'there' }, /data of another shape/],
  ])('that %s is told in a sentence', async (_, status, body, words) => {
    server = await loopbackServer((__, response) => json(response, status, body, { 'retry-after': '12' }));

    await expect(source(server.url).active('web', window, signal)).rejects.toThrow(words);
  });

  it('whose pages point at themselves is left, and that is said', async () => {
    server = await loopbackServer((_, response, url) => {
      const kind = url.pathname.split('/').at(-1)!;
      json(response, 200, { ...page(kind, [], { offset: 0, total: 9 }), nextOffset: 0 });
    });

    expect((await source(server.url).active('web', window, signal)).notes).toContain(
      'only the first 0 experiments of GrowthBook were read',
    );
  });

  it('that cannot be reached leaves what other sources know, and that is said', async () => {
    const other = {
      name: 'files',
      active: () => Promise.resolve({ experiments: [], notes: [], source: 'files' }),
      results: () => Promise.resolve(undefined),
    };
    const [list] = experimentsTools([source('http://127.0.0.1:1'), other]) as [AnyTool];
    const { data } = await list.run(list.input.parse({ service: 'web', ...window }), { signal });

    expect(data).toMatchObject({
      notes: [expect.stringMatching(/not everything was found: GrowthBook.*cannot be reached/)],
    });
  });
});
