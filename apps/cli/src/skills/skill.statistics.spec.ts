import { describe, expect, it } from '@jest/globals';
import { foldCase, type CaseView } from '@headroom/cases';
import {
  draftConcluded,
  proposalOpened,
  proposalSettled,
  verificationConcluded,
  type CaseHeader,
  type EventContract,
} from '@headroom/contracts';
import { skillStatistics } from './skill.statistics.js';

/** A step of a case: an event's example with other data. */
function step<Data extends { case: CaseHeader }>(contract: EventContract<Data>, change: Partial<Data> = {}) {
  return (view: CaseView | undefined, index: number): CaseView => {
    const data = { ...contract.example, ...change };
    const time = `2026-11-02T12:${String(index).padStart(2, '0')}:00Z`;
    const event = { specversion: '1.0' as const, id: `e${index}`, source: '/t', type: contract.type, time, data };
    return foldCase(view, event, { trusted: true });
  };
}

function viewOf(...steps: ReturnType<typeof step>[]): CaseView {
  return steps.reduce<CaseView | undefined>((view, one, index) => one(view, index), undefined)!;
}

const { skill: regex } = draftConcluded.example;
const stopped = { reason: 'stateful-flags', message: 'It keeps state.' };
const drafted = step(draftConcluded);
const judged = (verdict: 'improved' | 'no-effect') => step(verificationConcluded, { verdict });
const left = step(draftConcluded, { outcome: 'abstain', patch: undefined, stopped, skill: regex });

describe('statistics of skills', () => {
  it('follow each case from the dossier to what became of the proposal', () => {
    const merged = step(proposalSettled, { outcome: 'merged', stopped: undefined });
    const cases = [
      {
        view: viewOf(drafted, judged('improved'), step(proposalOpened), merged),
        offered: ['log-sampling', 'regex-precompile'],
      },
      { view: viewOf(drafted, judged('improved'), step(proposalOpened), step(proposalSettled)), offered: [] },
      { view: viewOf(drafted, judged('no-effect')), offered: ['regex-precompile'] },
      { view: viewOf(left), offered: ['regex-precompile'] },
    ];

    expect(skillStatistics(cases)).toEqual([
      { skill: 'log-sampling', matched: 1, drafted: 0, abstained: {}, verified: {}, opened: 0, merged: 0, closed: {} },
      {
        skill: 'regex-precompile',
        matched: 4,
        drafted: 3,
        abstained: { 'stateful-flags': 1 },
        verified: { improved: 2, 'no-effect': 1 },
        opened: 2,
        merged: 1,
        closed: { closed: 1 },
      },
    ]);
  });

  it('count nothing for a draft that no skill made', () => {
    const none = step(draftConcluded, { outcome: 'abstain', patch: undefined, stopped, skill: undefined });

    expect(skillStatistics([{ view: viewOf(none), offered: [] }])).toEqual([]);
  });
});
