import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseState, CaseView } from '@headroom/cases';
import type { RootCause } from '@headroom/contracts';
import { openMemory, type EmbeddedParts } from '@headroom/runtime';
import { claimCause, releaseCause } from './cause.claim.js';

const cause = {
  kind: 'commit' as const,
  commit: 'a'.repeat(40),
  title: 'Share the table',
  author: { name: 'Author', email: 'author@team.example' },
  committedAt: '2026-02-01T00:00:00Z',
  deployment: 'd-1',
  symbols: [],
};
const named = { status: 'named' as const, cause, score: 0.9, evidence: ['It grew.'] };
const claimant = (caseId: string) => ({ caseId, service: `service-${caseId}`, subject: 'src/a.ts:a' });

let parts: EmbeddedParts;
/** Where the cases stand, as far as it is known. */
let known: Map<string, Pick<CaseView, 'state' | 'attempt'>>;
beforeEach(async () => {
  parts = await openMemory();
  known = new Map();
});
afterEach(async () => {
  await parts.close();
});

const index = { find: async (caseId: string) => known.get(caseId) as CaseView | undefined };
const claim = (caseId: string, rootCause: RootCause = named, { attempt = 1, repository = 'team/shared' } = {}) =>
  claimCause(parts.store, index, { repository, rootCause, claimant: claimant(caseId), attempt });
const stands = (caseId: string, state: CaseState, attempt = 1) => known.set(caseId, { state, attempt });

describe('the claim of a cause', () => {
  it('is led by the first case, however often it asks, and tells the others which one leads', async () => {
    expect(await claim('one')).toBeUndefined();
    expect(await claim('two')).toEqual(claimant('one'));
    expect(await claim('one')).toBeUndefined();
    expect(await claim('two')).toEqual(claimant('one'));
  });

  it('has one leader of many that ask at once', async () => {
    const cases = Array.from({ length: 12 }, (_, index) => `case-${index}`);
    const answers = await Promise.all(cases.map((each) => claim(each)));
    expect(answers.filter((each) => each === undefined)).toHaveLength(1);
    expect(new Set(answers.flatMap((each) => (each ? [each.caseId] : []))).size).toBe(1);
  });

  it('goes to the next case that asks when the leading one ended, and not back', async () => {
    await claim('one');
    await claim('two');
    await releaseCause(parts.store, 'two');
    expect(await claim('two')).toEqual(claimant('one'));
    await releaseCause(parts.store, 'one');
    expect(await claim('two')).toBeUndefined();
    expect(await claim('one')).toEqual(claimant('two'));
  });

  it.each<CaseState>(['abstained', 'rejected', 'stopped', 'dismissed', 'closed', 'expired', 'reverted', 'withheld'])(
    'goes to the next case that asks when the leading one is %s',
    async (state) => {
      await claim('one');
      stands('one', state);
      expect(await claim('two')).toBeUndefined();
      expect(await claim('three')).toEqual(claimant('two'));
      expect(await claim('one', named, { attempt: 2 })).toEqual(claimant('two'));
    },
  );

  it.each<CaseState>(['investigating', 'drafting', 'verifying', 'parked', 'proposing', 'proposed', 'merged'])(
    'stays with the leading case while it is %s',
    async (state) => {
      await claim('one');
      stands('one', state);
      expect(await claim('two')).toEqual(claimant('one'));
    },
  );

  it('stays with a leading case that was taken up again, though it is known only how its last attempt ended', async () => {
    await claim('one');
    stands('one', 'rejected');
    await claim('one', named, { attempt: 2 });
    expect(await claim('two')).toEqual(claimant('one'));
    stands('one', 'rejected', 2);
    expect(await claim('two')).toBeUndefined();
  });

  it('is given up by a case that has another cause now, or none', async () => {
    await claim('one');
    await claim('one', { ...named, cause: { ...cause, commit: 'b'.repeat(40) } });
    expect(await claim('two')).toBeUndefined();
    await claim('two', { status: 'abstained', reason: 'low-score', message: 'Nothing.' });
    expect(await claim('three')).toBeUndefined();
  });

  it('does not join other commits, other repositories, or causes without a commit', async () => {
    await claim('one');
    expect(await claim('two', { ...named, cause: { ...cause, commit: 'b'.repeat(40) } })).toBeUndefined();
    expect(await claim('three', named, { repository: 'team/other' })).toBeUndefined();
    expect(await claim('four', { status: 'abstained', reason: 'low-score', message: 'Nothing.' })).toBeUndefined();
  });
});
