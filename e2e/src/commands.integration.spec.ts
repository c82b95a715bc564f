import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandOn, isSettled, type CaseView, type CommandRequest } from '@headroom/cases';
import { caseCommanded, verificationConcluded, type Finding, type HeadroomEvent } from '@headroom/contracts';
import { draftFor, eventOf, opportunity } from './case.events.js';
import { patchOf } from './patch.maker.js';
import { makeTarget, targetFiles, type Target } from './target.repository.js';
import { eventually, proposedBranches, TestHost, untilIdle, type LogLine } from './test-host.js';

const words = targetFiles['src/words.ts'];
const subject = 'src/words.ts:countWords';
const who = 'text@words.example';
const tidier = words.replace("    if (part !== '') words.push", '    if (part.length > 0) words.push');

let dir: string;
let target: Target;
let host: TestHost;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-e2e-'));
  target = await makeTarget(dir);
  host = await TestHost.start({ dataDir: join(dir, 'data'), config: target.config });
}, 120_000);

afterAll(async () => {
  await host?.stop();
}, 60_000);

async function viewWhen(caseId: string, what: string, holds: (view: CaseView) => boolean): Promise<CaseView> {
  return eventually(`${what} of ${caseId}`, async () => {
    const view = await host.client.details(caseId).then(
      (details) => details.view,
      () => undefined,
    );
    return view && holds(view) ? view : undefined;
  });
}

async function command(view: CaseView, request: Partial<CommandRequest>): Promise<void> {
  const decision = commandOn(view, { command: 'retry', who, nowMs: Date.now(), ...request });
  if (decision.outcome === 'refused') throw new Error(decision.message);
  await host.client.publish([eventOf(caseCommanded, decision.data, decision.eventId)]);
}

function findingOf(anchor: string, service = 'words'): HeadroomEvent<Finding> {
  return opportunity({ service, repository: `example/${service}`, subject, anchor });
}

/** A candidate that takes its time at the verifier. */
async function candidateFor(finding: HeadroomEvent<Finding>): Promise<ReturnType<typeof draftFor>> {
  const { caseId } = finding.data.case;
  const text = await patchOf(join(dir, caseId), { 'src/words.ts': tidier });
  return draftFor(finding, target.commit, await host.client.putBlob(Buffer.from(text), 'text/x-diff'));
}

/** Log lines of a stage about a case; undefined while there are fewer than so many. */
function logged(group: string, caseId: string, is: (line: LogLine) => boolean, least = 1): LogLine[] | undefined {
  const lines = host.logLines().filter((line) => line.group === group && line['caseId'] === caseId && is(line));
  return lines.length >= least ? lines : undefined;
}

const says =
  (message: string) =>
  (line: LogLine): boolean =>
    line.msg === message;

describe('a retried case', () => {
  it('runs through the stages once more, and what the old attempt still says is ignored', async () => {
    const finding = findingOf('retried');
    const { caseId } = finding.data.case;
    await host.client.publish([finding]);
    const first = await viewWhen(caseId, 'the first end', isSettled);

    await command(first, { command: 'retry', reason: 'There are more skills now.' });
    const second = await viewWhen(caseId, 'the second end', (view) => view.attempt === 2 && isSettled(view));
    await host.client.publish([await candidateFor(finding)]);
    await eventually('the refusal of the late draft', () =>
      logged('verifier', caseId, says('event of a lower attempt ignored')),
    );

    await untilIdle(host);
    const { view } = await host.client.details(caseId);
    expect(second.timeline.filter(({ type }) => type === 'context.gathered').map(({ attempt }) => attempt)).toEqual([
      1, 2,
    ]);
    expect(view).toMatchObject({ attempt: 2, state: second.state });
    expect(view.timeline.map(({ type }) => type)).not.toContain('verification.concluded');
  }, 120_000);

  it('goes on from where it stopped for want of its repository', async () => {
    const finding = findingOf('unreadable', 'unreadable');
    const { caseId } = finding.data.case;
    await host.client.publish([finding]);
    const stopped = await viewWhen(caseId, 'the stop', ({ state }) => state === 'stopped');

    await command(stopped, { command: 'retry' });

    const again = await viewWhen(
      caseId,
      'the second stop',
      ({ attempt, state }) => attempt === 2 && state === 'stopped',
    );
    expect(again.stopped).toMatchObject({ stage: 'context-gatherer', reason: 'repository-unreadable' });
  }, 120_000);
});

describe('a dismissed case', () => {
  it('stops being measured at once, gets no verdict, no branch and no dead letter', async () => {
    const finding = findingOf('dismissed');
    const { caseId } = finding.data.case;
    await host.client.publish([finding, await candidateFor(finding)]);
    await eventually('the measurement', () => logged('verifier', caseId, (line) => line['phase'] === 'measure'));
    const view = await viewWhen(caseId, 'the candidate', ({ state }) => state === 'verifying');

    await command(view, { command: 'dismiss', reason: 'We keep it as it is.' });
    await eventually('the end of the measurement', () =>
      logged('verifier', caseId, says('work stopped, a person ended the case or began a new attempt')),
    );

    await untilIdle(host);
    const { view: ended } = await host.client.details(caseId);
    expect(ended).toMatchObject({ state: 'dismissed', dismissal: { who, reason: 'We keep it as it is.' } });
    expect(ended.timeline.map(({ type }) => type)).not.toContain(verificationConcluded.name);
    expect(proposedBranches(target.bare)).toEqual([]);
    expect(await host.client.deadLetters()).toEqual([]);
  }, 300_000);
});

describe('a snoozed case', () => {
  it('waits before the next stage, and goes on when it is resumed', async () => {
    const finding = findingOf('snoozed', 'red');
    const { caseId } = finding.data.case;
    await host.client.publish([finding]);
    const view = await viewWhen(caseId, 'the end', isSettled);
    await command(view, { command: 'retry' });
    const anew = await viewWhen(caseId, 'the new attempt', ({ attempt }) => attempt === 2);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    const draft = await candidateFor(finding);
    const late = { ...draft, data: { ...draft.data, case: { ...draft.data.case, attempt: 2, step: 'draft.2' } } };

    // A case that has ended cannot be snoozed; the drafted candidate makes it one that is under way.
    const snooze = commandOn({ ...anew, state: 'verifying' }, { command: 'snooze', who, until, nowMs: Date.now() });
    if (snooze.outcome === 'refused') throw new Error(snooze.message);
    await host.client.publish([eventOf(caseCommanded, snooze.data, snooze.eventId)]);
    await eventually('the snooze at the verifier', () => logged('verifier', caseId, says('task finished'), 2));
    await host.client.publish([late]);
    await eventually('the wait', () => logged('verifier', caseId, says('task parked')));
    const parked = await viewWhen(caseId, 'the wait', ({ state }) => state === 'parked');
    expect(parked.parked).toMatchObject({ reason: 'snoozed', resumesAt: until });

    await command(parked, { command: 'resume' });

    const judged = await viewWhen(caseId, 'the verdict', ({ verdict }) => verdict !== undefined);
    expect(judged.verdict).toBe('tests-failed-on-base');
  }, 120_000);
});
