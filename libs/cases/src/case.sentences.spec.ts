import { describe, expect, it } from '@jest/globals';
import type { Finding, Regression } from '@headroom/contracts';
import { findingSentence, oneLine, rootCauseSentence } from './case.sentences.js';

const commit = '1f0c7e5a2b3d4c5e6f708192a3b4c5d6e7f80910';
const deployment = { deployment: 'd-9', kind: 'code' as const, deployedAt: '2026-11-02T12:00:00Z' };
const regression: Regression = {
  environment: 'production',
  hostClass: 'x64',
  metric: 'cpu-seconds-per-unit',
  unitOfWork: 'request',
  changePoint: deployment,
  candidates: [deployment],
  before: 88.1e-6,
  after: 115e-6,
  delta: 26.9e-6,
  deltaOfService: 0.1,
  sd: 1e-6,
  p: 1e-6,
  q: 1e-5,
  counts: { before: 12, after: 4, setAside: 1 },
  chain: [{ id: 'src/a.ts:a', origin: 'first-party', delta: 26.9e-6 }],
  grownCallees: [],
  series: [],
  profiles: { before: [], after: [] },
  qualityFlags: [],
};
const finding: Finding = {
  case: { caseId: 'reg-0123456789abcdef0123', attempt: 1, step: 'finding.1', causationId: 'x' },
  kind: 'regression',
  service: 'web',
  repository: 'shop/web',
  subject: 'src/a.ts:Cart.total',
  regression,
};

describe('sentences', () => {
  it('tells a regression with the figures of the finding', () => {
    expect(findingSentence(finding)).toBe(
      'CPU per request of Cart.total rose from 88.1 µs to 115 µs (+30.5 %) at deployment d-9: 12 deployments before, 4 after, 1 set aside.',
    );
  });

  it('tells a share as a share', () => {
    const share = { ...finding, regression: { ...regression, metric: 'cpu-share' as const, before: 0.1, after: 0.15 } };

    expect(findingSentence(share)).toContain('Share of CPU of Cart.total rose from 10.0 % to 15.0 % (+50.0 %)');
  });

  it('names the commit, or the setting, or why neither', () => {
    const author = { name: 'Cart Developer', email: 'cart@web.example' };
    const cause = {
      kind: 'commit' as const,
      commit,
      title: 'Log\neach  quote',
      author,
      committedAt: '',
      deployment: 'd-9',
      symbols: [],
    };
    const config = { kind: 'config' as const, key: 'log.level', before: 'info', after: null, deployment: 'd-9' };

    expect(rootCauseSentence({ status: 'named', cause, score: 1, evidence: ['e'] })).toBe(
      'Root cause: commit 1f0c7e5a2b "Log each quote" by Cart Developer, in deployment d-9.',
    );
    expect(rootCauseSentence({ status: 'named', cause: config, score: 1, evidence: ['e'] })).toContain(
      'setting log.level went from "info" to nothing',
    );
    expect(rootCauseSentence({ status: 'abstained', reason: 'low-score', message: 'Nothing fits.' })).toBe(
      'No root cause is named (low-score): Nothing fits.',
    );
  });

  it('keeps text from outside on one bounded line without control characters', () => {
    expect(oneLine('a\u001b[31m\n\n b\u202e')).toBe('a [31m b');
    expect(Array.from(oneLine('é'.repeat(500)))).toHaveLength(120);
  });
});
