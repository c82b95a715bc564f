import { describe, expect, it } from '@jest/globals';
import type { RoundCosts } from '@headroom/verification';
import { samplesSvg } from './samples.svg.js';
import { seriesSvg, type SeriesPicture } from './series.svg.js';
import { linearScale, xml } from './svg.js';

const series: SeriesPicture = {
  subject: 'src/a.ts:Cart.total',
  metric: 'cpu-seconds-per-unit',
  unitOfWork: 'request',
  environment: 'production',
  hostClass: 'x64',
  before: 88e-6,
  after: 115e-6,
  changePoint: { deployment: 'd-9', kind: 'code', deployedAt: '2026-11-02T12:00:00Z' },
  series: Array.from({ length: 12 }, (_, index) => ({
    deployment: `d-${index + 1}`,
    version: 'v',
    value: index < 8 ? 88e-6 : 115e-6,
    quiet: index !== 3,
  })),
};

const rounds: RoundCosts[] = Array.from({ length: 13 }, (_, index) => ({
  base: 400e-6,
  head: 300e-6,
  control: 401e-6,
  ...(index === 4 && { discarded: 'busy-host' }),
}));
const samples = {
  rounds,
  cpu: { estimate: -0.25, low: -0.27, high: -0.23 },
  control: { estimate: 0.002, low: -0.01, high: 0.01 },
  requiredEffect: 0.01,
  level: 0.975,
};

/** Every tag is closed in order, attributes are quoted, and nothing else is markup. */
function assertWellFormed(text: string): void {
  const open: string[] = [];
  const tag = /<(\/?)([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>|<|&(?!(?:amp|lt|gt|quot);)/g;
  for (const [match, closing, name, , empty] of text.matchAll(tag)) {
    expect(match.length).toBeGreaterThan(1);
    if (closing) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name!);
  }
  expect(open).toEqual([]);
}

describe.each([
  ['seriesSvg', () => seriesSvg(series)],
  ['samplesSvg', () => samplesSvg(samples)],
])('%s', (_, draw) => {
  it('is well-formed, named, described, sized, and has no script', () => {
    const svg = draw()!;

    assertWellFormed(svg);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
    expect(svg).toMatch(/role="img" aria-labelledby="title description"/);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title><desc id="description">[^<]+<\/desc>/);
    expect(svg).not.toMatch(/<script|\son[a-z]+=|href=|NaN|undefined|Infinity/i);
  });

  it('reads in light and in dark mode', () => {
    expect(draw()).toContain('prefers-color-scheme:dark');
  });

  it('is the same for the same records', () => {
    expect(draw()).toBe(draw());
  });
});

describe('seriesSvg', () => {
  it('draws a point for every deployment, and set-aside ones hollow', () => {
    const svg = seriesSvg(series)!;

    expect(svg.match(/<circle class="main"[^>]*><title>/g)).toHaveLength(7);
    expect(svg.match(/<circle class="bad"[^>]*><title>/g)).toHaveLength(4);
    expect(svg.match(/<circle class="hollow"[^>]*><title>/g)).toHaveLength(1);
    expect(svg).toContain('before 88.0 µs');
    expect(svg).toContain('after 115 µs');
    expect(svg).toContain('+30.7 %');
    expect(svg).toContain('the axis does not start at 0');
  });

  it('takes names from outside as text', () => {
    const hostile = { ...series, unitOfWork: '</text><script>alert(1)</script>', subject: 'a.ts:<b>&"\u0000' };

    assertWellFormed(seriesSvg(hostile)!);
    expect(seriesSvg(hostile)).not.toContain('<script');
  });

  it('draws shares, equal values, a zero before, and nothing where there is nothing to draw', () => {
    const flat = {
      ...series,
      before: 1e-6,
      after: 1e-6,
      series: series.series.map((point) => ({ ...point, value: 1e-6 })),
    };

    for (const each of [{ ...series, metric: 'cpu-share' as const }, flat, { ...series, before: 0 }]) {
      expect(seriesSvg(each)).not.toMatch(/NaN|Infinity/);
    }
    expect(seriesSvg({ ...series, series: [] })).toBeUndefined();
    expect(seriesSvg({ ...series, changePoint: { ...series.changePoint, deployment: 'unknown' } })).toBeUndefined();
  });
});

describe('samplesSvg', () => {
  it('draws head and A/A of every round, and crosses for discarded ones', () => {
    const svg = samplesSvg(samples)!;

    expect(svg.match(/<circle class="good"[^>]*><title>/g)).toHaveLength(12);
    expect(svg.match(/<circle class="control"[^>]*><title>/g)).toHaveLength(12);
    expect(svg.match(/<path class="cross"[^>]*><title>/g)).toHaveLength(2);
    expect(svg).toContain('head −25.0 %');
    expect(svg).toContain('class="need"');
  });

  it('draws nothing without a round', () => {
    expect(samplesSvg({ ...samples, rounds: [] })).toBeUndefined();
  });
});

describe('linearScale', () => {
  it.each([
    [0, 1],
    [-0.31, 0.04],
    [1e-9, 1e-8],
    [5, 5],
    [0, 0],
  ])('has a few round ticks within %d to %d', (low, high) => {
    const { ticks, at } = linearScale(low, high, 100, 0);

    expect(ticks.length).toBeGreaterThan(1);
    expect(ticks.length).toBeLessThan(12);
    for (const tick of ticks) expect(Number.isFinite(at(tick))).toBe(true);
  });
});

describe('xml', () => {
  it('leaves nothing that is markup or that XML forbids', () => {
    expect(xml('a<b>&"\u0000\u0008')).toBe('a&lt;b&gt;&amp;&quot;  ');
  });
});
