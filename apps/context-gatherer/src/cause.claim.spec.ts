import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
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
beforeEach(async () => {
  parts = await openMemory();
});
afterEach(async () => {
  await parts.close();
});

const claim = (caseId: string, rootCause: RootCause = named) =>
  claimCause(parts.store, 'team/shared', rootCause, claimant(caseId));

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
    expect(await claimCause(parts.store, 'team/other', named, claimant('three'))).toBeUndefined();
    expect(await claim('four', { status: 'abstained', reason: 'low-score', message: 'Nothing.' })).toBeUndefined();
  });
});
