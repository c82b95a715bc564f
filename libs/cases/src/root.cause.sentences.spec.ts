import { describe, expect, it } from '@jest/globals';
import type { RootCause } from '@headroom/contracts';
import { rootCauseSentence } from './case.sentences.js';

type Cause = Extract<RootCause, { status: 'named' }>['cause'];
const sentence = (cause: Cause): string =>
  rootCauseSentence({ status: 'named', cause, score: 0.9, evidence: ['It grew.'] });

describe('the sentence about a root cause', () => {
  it('tells the exposure of an experiment', () => {
    expect(sentence({ kind: 'experiment', key: 'new-ranking', before: 0.1, after: 0.9, deployment: 'd-7' })).toMatch(
      /exposure of new-ranking went from 10(\.0)? % to 90(\.0)? % at deployment d-7/,
    );
  });

  it('tells a package, its versions and the commit that bumped it', () => {
    const cause: Cause = {
      kind: 'dependency',
      package: 'left-table',
      from: '1.4.0',
      to: '2.0.1',
      commit: 'a'.repeat(40),
      title: 'Bump left-table',
      author: { name: 'Author' },
      committedAt: '2026-02-01T00:00:00Z',
      deployment: 'd-7',
    };
    const told = sentence(cause);
    expect(told).toContain('package left-table went from');
    for (const part of ['1.4.0', '2.0.1', 'aaaaaaa', 'd-7']) expect(told).toContain(part);
  });
});
