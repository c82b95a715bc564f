import { describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { caseIdOf, opportunityState, type FoundOpportunity } from '@headroom/contracts';
import type { KnownOpportunity } from '@headroom/indexes';
import { admissible, type Admission } from './standing.permission.js';

const example = opportunityState.example as KnownOpportunity;

function opportunity(name: string, found: Partial<FoundOpportunity> = {}): KnownOpportunity {
  return { ...example, id: name, found: { ...example.found, subject: `src/${name}.ts:${name}`, ...found } };
}

function view(kind: CaseView['kind'], state: CaseView['state'], about: Partial<CaseView> = {}): CaseView {
  const { repository } = example;
  const base = { caseId: `${kind}-${state}`, kind, service: 'other', repository, subject: 'src/x.ts:x', attempt: 1 };
  return { ...base, state, stage: 'verifier', headline: '', timeline: [], ...about };
}

const a = opportunity('a', { saving: { share: 0.05 } });
const b = opportunity('b', { saving: { share: 0.02 } });
const c = opportunity('c', { saving: { share: 0.005 } });

function admitted(given: Partial<Admission> = {}): string[] {
  const permission = { max: 5, minimumSaving: 0.01, skills: ['regex-precompile'] };
  const all = { permission, opportunities: [a, b, c], cases: [], open: 0 };
  return admissible({ ...all, ...given }).map(({ id }) => id);
}

describe('what a standing permission lets begin', () => {
  const permission = { max: 2, minimumSaving: 0.01, skills: ['regex-precompile'] };

  it('saves enough, by a skill that it names, with a rewrite', () => {
    expect(admitted()).toEqual(['a', 'b']);
    expect(admitted({ permission: { ...permission, skills: ['another'] } })).toEqual([]);
    expect(admitted({ opportunities: [{ ...a, found: { ...a.found, certainty: 'detect-only' } }, b] })).toEqual(['b']);
  });

  it('is never more than it holds open at a time', () => {
    expect(admitted({ permission: { ...permission, max: 1 } })).toEqual(['a']);
    expect(admitted({ permission, open: 1 })).toEqual(['a']);
    expect(admitted({ permission, open: 2 })).toEqual([]);
  });

  it.each(['investigating', 'drafting', 'verifying', 'proposing'] as const)(
    'waits while a regression is %s',
    (state) => {
      expect(admitted({ cases: [view('regression', state)] })).toEqual([]);
      expect(admitted({ cases: [view('opportunity', state)] })).toEqual(['a', 'b']);
    },
  );

  it('does not wait for a regression that waits for people', () => {
    expect(admitted({ cases: [view('regression', 'proposed'), view('regression', 'parked')] })).toEqual(['a', 'b']);
  });

  it('is nothing that has a case, or that somebody declined', () => {
    const anchor = a.found.subjectContent;
    const caseId = caseIdOf({ repository: a.repository, kind: 'opportunity', subject: a.found.subject, anchor });

    expect(admitted({ cases: [view('opportunity', 'abstained', { caseId })] })).toEqual(['b']);
    expect(admitted({ cases: [view('opportunity', 'dismissed', { subject: a.found.subject })] })).toEqual(['b']);
  });

  it('is one case a function, with the skill that saves most', () => {
    const other = opportunity('other', { subject: a.found.subject, saving: { share: 0.04 } });

    expect(admitted({ opportunities: [a, other, b] })).toEqual(['a', 'b']);
  });
});
