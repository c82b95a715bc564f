import { describe, expect, it } from '@jest/globals';
import { caseCommanded, parseData, type HeadroomEvent, type Settled } from '@headroom/contracts';
import { commandOn, type CommandRequest } from './case.command.js';
import { foldCase } from './case.fold.js';
import type { CaseView } from './case.view.js';
import { caseEvents, withData } from './testing/case.events.js';

const NOW = Date.parse('2026-11-02T13:00:00Z');
const WHO = 'search@web.example';
const events = caseEvents();

function viewOf(...arrivals: HeadroomEvent[]): CaseView {
  let view: CaseView | undefined;
  for (const event of arrivals) view = foldCase(view, event, { trusted: true });
  return view!;
}

function ask(view: CaseView, request: Partial<CommandRequest>) {
  return commandOn(view, { command: 'retry', who: WHO, nowMs: NOW, ...request });
}

function obeyed(view: CaseView, request: Partial<CommandRequest>): CaseView {
  const decision = ask(view, request);
  if (decision.outcome === 'refused') throw new Error(decision.message);
  const { eventId: id, data } = decision;
  const event = { specversion: '1.0', id, source: '/headroom/gateway', type: caseCommanded.type } as const;
  return foldCase(view, { ...event, time: '2026-11-02T13:00:00Z', data: parseData(caseCommanded, data) });
}

const rejected = viewOf(
  events.finding,
  events.context,
  events.draft,
  withData(events.verification, { verdict: 'worse' }),
);
const drafting = viewOf(events.finding, events.context);
const proposed = viewOf(events.finding, events.context, events.draft, events.verification, events.proposal);
const settledAs = (outcome: Settled['outcome']): CaseView =>
  foldCase(proposed, withData(events.settled, { outcome }, outcome));

describe('commandOn', () => {
  it('asks for the next attempt of a case that has ended', () => {
    const decision = ask(rejected, { reason: 'The benchmark is better now.' });

    expect(decision).toMatchObject({
      outcome: 'accepted',
      data: {
        case: { caseId: rejected.caseId, attempt: 2, step: 'command.1', causationId: events.verification.id },
        command: 'retry',
        who: WHO,
        reason: 'The benchmark is better now.',
        subject: rejected.subject,
      },
    });
    expect(obeyed(rejected, {})).toMatchObject({ attempt: 2, state: 'investigating', stage: 'context-gatherer' });
  });

  it('gives the same command on the same view the same event id, and another command another one', () => {
    const ids = [ask(drafting, {}), ask(drafting, {}), ask(drafting, { command: 'dismiss' })].map(
      (decision) => decision.outcome === 'accepted' && decision.eventId,
    );

    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(ask(obeyed(drafting, {}), { command: 'dismiss' })).toMatchObject({ data: { case: { step: 'command.2' } } });
  });

  it.each([
    ['retry', viewOf(events.finding), 'in-progress'],
    ['retry', proposed, 'proposal-open'],
    ['retry', settledAs('merged'), 'already-merged'],
    ['resume', rejected, 'case-ended'],
    ['resume', proposed, 'case-ended'],
    ['snooze', rejected, 'case-ended'],
    ['snooze', drafting, 'until-missing'],
    ['dismiss', settledAs('closed'), 'already-settled'],
    ['dismiss', obeyed(drafting, { command: 'dismiss' }), 'already-dismissed'],
  ] as const)('refuses to %s a case for which it means nothing', (command, view, code) => {
    const decision = ask(view, { command });

    expect(decision).toMatchObject({ outcome: 'refused', code });
    expect(decision).toHaveProperty('message', expect.stringMatching(/^[A-Z].{20,}\.$/));
  });

  it('snoozes only until a time to come, within the time that events are kept', () => {
    const until = (time: string) => ask(drafting, { command: 'snooze', until: time });

    expect(until('2026-11-02T12:59:59Z')).toMatchObject({ code: 'until-past' });
    expect(until('2027-11-02T12:00:00Z')).toMatchObject({ code: 'until-too-late' });
    expect(until('soon')).toMatchObject({ code: 'until-missing' });
    expect(until('2026-11-03T08:00:00+01:00')).toMatchObject({ data: { until: '2026-11-03T08:00:00+01:00' } });
  });

  it('dismisses what is under way, proposed or left alone, and retry brings it back', () => {
    for (const view of [drafting, proposed, rejected]) {
      const dismissed = obeyed(view, { command: 'dismiss', reason: 'We keep it readable.' });

      expect(dismissed).toMatchObject({ state: 'dismissed', dismissal: { who: WHO, reason: 'We keep it readable.' } });
      expect(obeyed(dismissed, {})).toMatchObject({ state: 'investigating', attempt: 2 });
    }
  });

  it.each(['closed', 'expired', 'reverted', 'withheld'] as const)('retries a case whose proposal is %s', (outcome) => {
    expect(settledAs(outcome)).toMatchObject({ state: outcome, settlement: { outcome } });
    expect(ask(settledAs(outcome), {})).toMatchObject({ outcome: 'accepted' });
  });
});
