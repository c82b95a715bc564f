import { describe, expect, it } from '@jest/globals';
import { matchInputOf, type MatchedDossier } from './match.input.js';

const DIFF = '--- a/src/a.ts\n+++ b/src/a.ts\n@@ -1,0 +1 @@\n+logger.info("x");\n';

const DOSSIER: MatchedDossier = {
  finding: {
    kind: 'regression',
    subject: 'src/a.ts:handle',
    service: 'web',
    repository: 'shop/storefront',
    regression: {
      metric: 'cpu-seconds-per-unit',
      before: 1,
      after: 2,
      deltaOfService: 0.12,
      chain: [{ id: 'src/app.ts:route' }, { id: 'src/a.ts:handle' }],
      grownCallees: [{ id: 'node_modules/pino/lib/tools.js:asString' }],
      qualityFlags: [],
    },
  },
  rootCause: { status: 'named', cause: { kind: 'commit' } },
  suspectDiff: DIFF,
};

describe('what skills are matched by', () => {
  it('comes from a regression and its cause', () => {
    expect(matchInputOf(DOSSIER)).toEqual({
      kind: 'regression',
      path: 'src/a.ts',
      type: 'cpu',
      frames: ['src/a.ts:handle', 'src/app.ts:route', 'node_modules/pino/lib/tools.js:asString'],
      facts: {
        cause: ['commit'],
        change: ['adds-call', 'adds-log-call'],
        codebase: ['shop/storefront', 'storefront', 'web', 'pino'],
        shift: [],
        growth: ['large'],
      },
    });
  });

  it('says that no cause is named, and takes a request and frames of the profiles', () => {
    const dossier: MatchedDossier = {
      finding: { kind: 'opportunity', subject: 'src/a.ts:handle', opportunity: { skill: 'speed-up' } },
      rootCause: { status: 'not-applicable' },
    };

    const input = matchInputOf(dossier, { frames: ['native:RegExp'], codebase: ['express'] });

    expect(input).toMatchObject({ skill: 'speed-up', frames: ['src/a.ts:handle', 'native:RegExp'] });
    expect(input.facts).toEqual({ cause: ['none'], change: [], codebase: ['express'], shift: [], growth: [] });
  });

  it('knows a shift of cost, small growth and other metrics', () => {
    const regression = {
      ...DOSSIER.finding.regression!,
      metric: 'latency-p99',
      deltaOfService: 0.02,
      qualityFlags: ['cost-shift'],
    };

    const input = matchInputOf({ ...DOSSIER, finding: { ...DOSSIER.finding, regression } });

    expect(input).toMatchObject({ type: 'latency', facts: { shift: ['flat'], growth: [] } });
  });
});
