import { describe, expect, it } from '@jest/globals';
import { verdictSchema, type HeadroomEvent, type Verdict } from '@headroom/contracts';
import * as fc from 'fast-check';
import type { EventMeta } from './case.entry.js';
import { foldCase, isSettled, summariseCase } from './case.fold.js';
import type { CaseView } from './case.view.js';
import { caseEvents, commandEvent, withData } from './testing/case.events.js';

type Arrival = [event: HeadroomEvent, meta?: EventMeta];

const TRUSTED: EventMeta = { trusted: true };
const events = caseEvents();

function fold(arrivals: readonly Arrival[]): CaseView {
  let view: CaseView | undefined;
  for (const [event, meta] of arrivals) view = foldCase(view, event, meta);
  return view!;
}

function judged(verdict: Verdict, reason = verdict as string): Arrival {
  const stopped = { reason, message: `It ended with ${verdict}.` };
  return [withData(events.verification, { verdict, stopped }), TRUSTED];
}

const drafted: Arrival[] = [[events.finding], [events.context], [events.draft]];

describe('foldCase', () => {
  it('walks through the states as the events come', () => {
    const all: Arrival[] = [...drafted, [events.verification, TRUSTED], [events.proposal]];

    const states = all.map((_, index) => fold(all.slice(0, index + 1)).state);

    expect(states).toEqual(['investigating', 'drafting', 'verifying', 'proposing', 'proposed']);
  });

  it('gives the identical view for every order and repetition, lower attempts and refusals included', () => {
    const later = caseEvents({ attempt: 2, minute: 20 });
    const pool: Arrival[] = [
      ...drafted,
      [withData(events.verification, { verdict: 'invalid-noisy', parked: { reason: 'noisy machine' } }), TRUSTED],
      [withData(events.verification, { verdict: 'worse' }), { trusted: false, refusal: 'the signature is wrong' }],
      [{ ...events.verification, time: undefined }, TRUSTED],
      [{ ...events.verification, time: '2026-11-02T14:00:00+02:00' }, { refusal: 'the record is missing' }],
      [events.verification, { trusted: false, refusal: 'another reason' }],
      [later.context],
      [later.draft],
      [withData(later.draft, { summary: 'Another one.' }, 'other-draft')],
      [withData(later.verification, { verdict: 'worse' }), TRUSTED],
      [{ ...later.verification, traceparent: undefined }, TRUSTED],
      [events.proposal],
      [commandEvent(1, { command: 'snooze', until: '2026-11-02T12:30:00Z', after: events.draft.id })],
      [commandEvent(2, { command: 'resume', after: events.draft.id })],
      [commandEvent(3, { command: 'retry', attempt: 2, after: events.verification.id })],
      [commandEvent(4, { command: 'dismiss', attempt: 2, after: later.draft.id })],
      [events.settled],
    ];
    const expected = JSON.stringify(fold(pool));
    const permutation = fc.shuffledSubarray([...pool.keys()], { minLength: pool.length });
    const repeats = fc.array(fc.nat(pool.length - 1), { maxLength: 12 });
    const everyOne = fc.tuple(permutation, repeats, fc.nat(pool.length)).map(([order, again, at]) => {
      return [...order.slice(0, at), ...again, ...order.slice(at)];
    });

    fc.assert(
      fc.property(everyOne, (order) => {
        expect(JSON.stringify(fold(order.map((index) => pool[index]!)))).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the timeline in the order of the flow when a proposal arrives first', () => {
    const view = fold([
      [events.proposal],
      [events.verification, TRUSTED],
      [events.draft],
      [events.context],
      [events.finding],
    ]);

    expect(view.state).toBe('proposed');
    expect(view.timeline.map(({ type }) => type)).toEqual([
      'finding.opened',
      'context.gathered',
      'draft.concluded',
      'verification.concluded',
      'proposal.opened',
    ]);
  });

  it.each([
    ['no-effect', 'rejected'],
    ['worse', 'rejected'],
    ['tests-failed', 'rejected'],
    ['behaviour-changed', 'rejected'],
    ['untested', 'rejected'],
    ['policy-refused', 'rejected'],
    ['build-failed', 'rejected'],
    ['build-failed-on-base', 'stopped'],
    ['tests-failed-on-base', 'stopped'],
    ['install-failed', 'stopped'],
    ['no-benchmark', 'stopped'],
    ['benchmark-failed', 'stopped'],
    ['invalid-noisy', 'stopped'],
    ['sandbox-unavailable', 'stopped'],
    ['error', 'stopped'],
    ['improved', 'proposing'],
  ] as const)('calls a case with the verdict %s %s', (verdict, state) => {
    const view = fold([...drafted, judged(verdict)]);

    expect(view).toMatchObject({ state, verdict });
    expect(isSettled(view)).toBe(state !== 'proposing');
    if (state !== 'proposing') expect(view.stopped).toMatchObject({ stage: 'verifier', reason: verdict });
  });

  it('knows every verdict', () => {
    for (const verdict of verdictSchema.options) expect(fold([...drafted, judged(verdict)]).headline).not.toBe('');
  });

  it('parks a case that waits, and goes on when it is judged', () => {
    const parked = withData(events.verification, {
      verdict: 'invalid-noisy',
      parked: { reason: 'noisy machine', resumesAt: '2026-11-02T13:00:00Z' },
    });
    const again = withData(
      events.verification,
      { case: { ...events.verification.data.case, step: 'verify.2' } },
      'again',
    );

    const waiting = fold([...drafted, [parked, TRUSTED]]);

    expect(waiting).toMatchObject({ state: 'parked', stage: 'verifier', parked: { reason: 'noisy machine' } });
    expect(waiting.headline).toContain('2026-11-02T13:00:00Z');
    expect(isSettled(waiting)).toBe(false);
    expect(foldCase(waiting, again, TRUSTED)).toMatchObject({ state: 'proposing', verdict: 'improved' });
    expect(foldCase(waiting, again, TRUSTED)).not.toHaveProperty('parked');
  });

  it('parks a snoozed case until a stage goes on after the time, or a person resumes it', () => {
    const until = '2026-11-02T12:10:00Z';
    const snooze = commandEvent(1, { command: 'snooze', until, after: events.draft.id }, 3);
    const snoozed = fold([...drafted, [snooze]]);
    expect(snoozed).toMatchObject({
      state: 'parked',
      stage: 'verifier',
      parked: { reason: 'snoozed', resumesAt: until },
    });
    expect(foldCase(snoozed, events.verification, TRUSTED)).toMatchObject({ state: 'parked', stage: 'pr-writer' });
    const afterwards = { ...events.verification, time: '2026-11-02T12:11:00Z' };
    expect(foldCase(snoozed, afterwards, TRUSTED)).toMatchObject({ state: 'proposing' });
    const resume = commandEvent(2, { command: 'resume', after: snooze.id }, 5);
    expect(foldCase(snoozed, resume)).toMatchObject({ state: 'verifying' });
    expect(foldCase(snoozed, resume)).not.toHaveProperty('parked');
  });

  it('is verifying again when a person resumes it, until it parks once more', () => {
    const parked = { verdict: 'invalid-noisy' as const, parked: { reason: 'noisy machine' } };
    const waiting = withData(events.verification, parked);
    const resume = commandEvent(1, { command: 'resume', after: waiting.id });
    const resumed = fold([...drafted, [waiting, TRUSTED], [resume]]);
    expect(resumed).toMatchObject({
      state: 'verifying',
      stage: 'verifier',
      headline: expect.stringContaining('Resumed by'),
    });
    const step = { case: { ...waiting.data.case, step: 'verify.2' } };
    const again = foldCase(resumed, withData(waiting, step, 'again'), TRUSTED);
    expect(again).toMatchObject({ state: 'parked', parked: { reason: 'noisy machine' } });
  });

  it('begins the new attempt with the command, behind which the old attempt says nothing any more', () => {
    const retry = commandEvent(1, { command: 'retry', attempt: 2, after: events.draft.id });
    const view = fold([...drafted, [retry], judged('worse')]);
    expect(view).toMatchObject({ state: 'investigating', attempt: 2 });
    expect(view.headline).toBe(
      'Attempt 2 was asked for by search@web.example: The benchmark covers this function now.',
    );
    expect(view.timeline.map(({ type }) => type)).toEqual([
      'finding.opened',
      'context.gathered',
      'draft.concluded',
      'verification.concluded',
      'case.commanded',
    ]);
    expect(view.timeline.at(-1)).toMatchObject({ stage: 'person', attempt: 2 });
  });

  it('stays dismissed whatever the stages still say, until a proposal is merged all the same', () => {
    const dismiss = commandEvent(1, { command: 'dismiss', reason: 'No.', after: events.draft.id });
    const all: Arrival[] = [...drafted, [dismiss], [events.verification, TRUSTED], [events.proposal]];
    const view = fold([...all, [events.settled]]);
    expect(view).toMatchObject({ state: 'dismissed', settlement: { outcome: 'closed', reason: 'dismissed' } });
    expect(isSettled(view)).toBe(true);
    expect(view.timeline.map(({ type }) => type).indexOf('case.commanded')).toBe(3);
    expect(fold([...all, [withData(events.settled, { outcome: 'merged' })]])).toMatchObject({ state: 'merged' });
  });

  it('shows a refused verification in the timeline and changes nothing else', () => {
    const before = fold(drafted);
    const forged = withData(
      events.verification,
      { repository: 'other/repository', case: { ...events.verification.data.case, attempt: 9 } },
      'forged',
    );

    const after = foldCase(before, forged, { trusted: false, refusal: 'its signature does not verify' });

    const { timeline: linesBefore, ...restBefore } = before;
    const { timeline: linesAfter, ...restAfter } = after;
    expect(restAfter).toEqual(restBefore);
    expect(linesAfter).toHaveLength(linesBefore.length + 1);
    expect(linesAfter.find(({ trusted }) => !trusted)).toMatchObject({
      eventId: 'forged',
      refusal: 'its signature does not verify',
      what: expect.stringContaining('its signature does not verify'),
    });
  });

  it('believes no verification that was not checked', () => {
    expect(fold([...drafted, [events.verification]]).state).toBe('verifying');
  });

  it('lets a trusted verification win over a refused one, whichever comes first', () => {
    const forged: Arrival = [
      withData(events.verification, { verdict: 'worse' }),
      { trusted: false, refusal: 'forged' },
    ];
    const genuine: Arrival = [events.verification, TRUSTED];

    const one = fold([...drafted, forged, genuine]);
    const other = fold([...drafted, genuine, forged]);

    expect(one).toEqual(other);
    expect(one).toMatchObject({ state: 'proposing', verdict: 'improved' });
    expect(one.timeline.filter(({ trusted }) => !trusted)).toHaveLength(1);
  });

  it('starts no state from a refused event alone', () => {
    const view = fold([[events.verification, { trusted: false, refusal: 'unsigned' }]]);

    expect(view.state).toBe('investigating');
    expect(view).not.toHaveProperty('verdict');
    expect(view).not.toHaveProperty('evidence');
  });

  it('stops at the stage that could not go on', () => {
    const stopped = { reason: 'repository-unreadable', message: 'The repository cannot be read; check its url.' };
    const context = withData(events.context, { stopped, base: undefined, dossier: undefined });

    const view = fold([[events.finding], [context]]);

    expect(view).toMatchObject({ state: 'stopped', stage: 'context-gatherer' });
    expect(view.stopped).toEqual({ stage: 'context-gatherer', ...stopped });
    expect(view.headline).toContain('check its url');
  });

  it('abstains with the reason of the skill', () => {
    const stopped = { reason: 'side-effects', message: 'The arguments of the call have side effects.' };
    const draft = withData(events.draft, { outcome: 'abstain', stopped, patch: undefined, summary: 'Nothing to do.' });

    const view = fold([[events.finding], [events.context], [draft]]);

    expect(view).toMatchObject({ state: 'abstained', stage: 'skill-executor', stopped: { reason: 'side-effects' } });
    expect(view).not.toHaveProperty('patch');
  });

  it('follows the higher attempt and ignores what a lower one still says', () => {
    const later = caseEvents({ attempt: 2, minute: 20 });
    const arrivals: Arrival[] = [...drafted, [later.context], judged('worse')];

    const view = fold(arrivals);

    expect(view).toMatchObject({ attempt: 2, state: 'drafting' });
    expect(view).not.toHaveProperty('verdict');
    expect(view.timeline).toHaveLength(arrivals.length);
  });

  it('carries branch, evidence, patch, dossier and one trace id', () => {
    const view = fold([...drafted, [events.verification, TRUSTED], [events.proposal]]);

    expect(view).toMatchObject({
      branch: events.proposal.data.branch,
      proposal: { location: events.proposal.data.location },
      evidence: events.proposal.data.evidence,
      patch: events.draft.data.patch,
      dossier: events.context.data.dossier,
      traceId: 'a'.repeat(32),
      updatedAt: '2026-11-02T12:04:00Z',
    });
    expect(summariseCase(view)).not.toHaveProperty('timeline');
    expect(summariseCase(view)).toMatchObject({ caseId: view.caseId, state: 'proposed', branch: view.branch });
  });

  it('survives a round trip through JSON between events', () => {
    const all: Arrival[] = [...drafted, [events.verification, TRUSTED], [events.proposal]];
    let view: CaseView | undefined;
    for (const [event, meta] of all) {
      view = foldCase(view && (JSON.parse(JSON.stringify(view)) as CaseView), event, meta);
    }

    expect(view).toEqual(fold(all));
  });

  it('refuses an event of another case, and one that is about no case', () => {
    const other = withData(events.context, {
      case: { ...events.context.data.case, caseId: 'opp-ffffffffffffffffffff' },
    });

    expect(() => fold([[events.finding], [other]])).toThrow(/ffffffff/);
    expect(() => fold([[{ ...events.finding, type: 'dev.headroom.signal.raised.v1' }]])).toThrow(/not a case event/);
  });
});
