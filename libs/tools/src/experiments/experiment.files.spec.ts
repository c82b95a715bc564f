import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExperimentFiles } from './experiment.files.js';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-experiments-'));
  await mkdir(join(dir, 'search'));
  await writeFile(
    join(dir, 'search/ranking.yaml'),
    `experiment: new-ranking
service: [web, api]
start: 2026-10-20T00:00:00Z
owner: search team
variants:
  - { id: control, weight: 0.9 }
  - { id: reranked, weight: 0.1 }
exposure:
  - { at: 2026-11-02T09:30:00Z, change: reranked from 1 % to 10 % }
  - { at: 2026-10-20T00:00:00Z, change: reranked to 1 % }
results:
  conclusion: costs more than it brings
  metrics:
    - { metric: cpu, variant: reranked, change: 0.2, ciLow: 0.1, ciHigh: 0.3, pValue: 0.001 }
`,
  );
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

const window = { from: '2026-11-02T09:00:00Z', to: '2026-11-02T10:00:00Z' };

describe('a folder of experiment files', () => {
  it('tells what is active on a service, its exposure in order', async () => {
    const { experiments, notes } = await new ExperimentFiles(dir).active('api', window);

    expect(notes).toEqual([]);
    expect(experiments).toMatchObject([{ id: 'new-ranking', status: 'running', services: ['web', 'api'] }]);
    expect(experiments[0]!.exposure).toEqual([{ at: '2026-11-02T09:30:00Z', change: 'reranked from 1 % to 10 %' }]);
  });

  it('leaves out other services, and what had ended or not begun', async () => {
    const base = { service: 'web', variants: [{ id: 'a' }] };
    await writeFile(
      join(dir, 'more.json'),
      JSON.stringify([
        { ...base, experiment: 'over', start: '2026-01-01T00:00:00Z', end: '2026-11-02T09:00:00Z' },
        { ...base, experiment: 'later', start: '2026-11-02T10:00:00Z' },
        { ...base, experiment: 'drafted', status: 'draft', start: '2026-01-01T00:00:00Z' },
      ]),
    );
    const files = new ExperimentFiles(dir);

    expect((await files.active('web', window)).experiments.map(({ id }) => id)).toEqual(['new-ranking']);
    expect((await files.active('checkout', window)).experiments).toEqual([]);
  });

  it('tells results', async () => {
    const files = new ExperimentFiles(dir);

    expect(await files.results('new-ranking')).toMatchObject({
      conclusion: 'costs more than it brings',
      results: [{ metric: 'cpu', change: 0.2, ci_low: 0.1, ci_high: 0.3, p_value: 0.001 }],
    });
    expect(await files.results('none')).toBeUndefined();
  });

  it('says which file it left out, and why', async () => {
    await writeFile(
      join(dir, 'a.yaml'),
      'experiment: x\nservice: web\nstart: 2026-10-20T00:00:00Z\nvariants: [{ id: a }]\nends: 1\n',
    );
    await writeFile(join(dir, 'b.yaml'), 'experiment: [');
    const { notes, experiments } = await new ExperimentFiles(dir).active('web', window);

    expect(experiments).toHaveLength(1);
    expect(notes).toEqual([
      expect.stringMatching(/^a\.yaml was left out: .*"ends"/),
      expect.stringMatching(/^b\.yaml was left out: /),
    ]);
  });

  it('says that there is no folder', async () => {
    await expect(new ExperimentFiles(join(dir, 'none')).active('web', window)).rejects.toThrow(
      /ENOENT.*tools\.experiments\.path/,
    );
  });
});
