import { describe, expect, it } from '@jest/globals';
import type { CaseState, CaseView } from '@headroom/cases';
import { caseIdOf, opportunityState } from '@headroom/contracts';
import { OpportunityCases, type KnownOpportunity } from './projected.opportunities.js';

const opportunity = opportunityState.example as KnownOpportunity;
const { subject, subjectContent } = opportunity.found;

function view(state: CaseState, anchor = subjectContent, of: Partial<CaseView> = {}): CaseView {
  const { repository, service } = opportunity;
  const caseId = caseIdOf({ repository, kind: 'opportunity', subject, anchor });
  const about = { caseId, kind: 'opportunity' as const, service, repository, subject, attempt: 1, state };
  return { ...about, stage: 'verifier', headline: '', timeline: [], ...of };
}

const standing = (...views: CaseView[]): string | undefined => new OpportunityCases(views).of(opportunity)?.standing;

describe('the case of an opportunity', () => {
  it.each<[CaseState, string | undefined]>([
    ['investigating', 'open'],
    ['parked', 'open'],
    ['proposed', 'open'],
    ['abstained', 'declined'],
    ['dismissed', 'declined'],
    ['merged', undefined],
  ])('that is %s makes the same code %s', (state, expected) => {
    expect(standing(view(state))).toBe(expected);
  });

  it.each<[CaseState, string | undefined]>([
    ['verifying', 'open'],
    ['dismissed', 'declined'],
    ['closed', 'declined'],
    ['abstained', undefined],
    ['merged', undefined],
  ])('that was about other code of the function and is %s makes it %s', (state, expected) => {
    expect(standing(view(state, 'f'.repeat(64)))).toBe(expected);
  });

  it('is the open one where there are several', () => {
    expect(standing(view('dismissed', 'e'.repeat(64)), view('verifying', 'f'.repeat(64)))).toBe('open');
  });

  it('is none of another function or another repository', () => {
    expect(standing(view('verifying', 'f'.repeat(64), { subject: 'src/other.ts:other' }))).toBeUndefined();
    expect(standing(view('verifying', 'f'.repeat(64), { repository: 'shop/other' }))).toBeUndefined();
  });
});
