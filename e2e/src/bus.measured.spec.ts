import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CaseView } from '@headroom/cases';
import { sha256, signalRaised, verificationConcluded, type Verification } from '@headroom/contracts';
import { draftFor, eventOf, opportunity } from './case.events.js';
import { patchOf } from './patch.maker.js';
import { makeTarget, targetFiles, type Target } from './target.repository.js';
import { eventually, headroom, proposedBranches, TestHost } from './test-host.js';

const words = targetFiles['src/words.ts'];
const subject = 'src/words.ts:countWords';

const slower = words.replace(
  '  for (const word of wordsOf(text)) {',
  '  for (let again = 0; again < 2; again += 1) wordsOf(text);\n  for (const word of wordsOf(text)) {',
);
// No test asserts how often "two" occurs.
const otherValue = words.replace('?? 0) + 1', "?? 0) + (word === 'two' ? 2 : 1)");

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
});

async function caseWhen(caseId: string, holds: (view: CaseView) => boolean, deadlineMs = 400_000): Promise<CaseView> {
  return eventually(
    `the end of ${caseId}`,
    async () => {
      const view = await host.client.details(caseId).then(
        (details) => details.view,
        () => undefined,
      );
      return view && holds(view) ? view : undefined;
    },
    deadlineMs,
    500,
  );
}

describe('a patch that arrives by the bus', () => {
  it.each([
    ['does nothing', { 'src/words.ts': `${words}\n// Words are split at blanks.\n` }, 'no-effect', undefined],
    ['is slower', { 'src/words.ts': slower }, 'worse', undefined],
    ['changes a returned value', { 'src/words.ts': otherValue }, 'behaviour-changed', undefined],
    [
      'weakens a test',
      { 'src/words.ts': slower, 'test/words.test.ts': "import 'node:test';\n" },
      'policy-refused',
      'test',
    ],
    ['edits the benchmark', { 'bench/words.bench.ts': '// nothing\n' }, 'policy-refused', 'benchmark'],
    ['touches a dot-path', { '.github/workflows/ci.yml': 'on: never\n' }, 'policy-refused', 'dot-path'],
  ])(
    'that %s gets its named verdict, and no branch',
    async (name, changes, verdict, reason) => {
      const finding = opportunity({ service: 'words', repository: 'example/words', subject, anchor: name });
      const patch = await host.client.putBlob(Buffer.from(await patchOf(join(dir, name), changes)), 'text/x-diff');

      await host.client.publish([draftFor(finding, target.commit, patch)]);
      const view = await caseWhen(finding.data.case.caseId, ({ verdict: found }) => found !== undefined);

      const honest = view.parked?.reason === 'noisy machine' ? ['invalid-noisy', verdict] : [verdict];
      expect(honest).toContain(view.verdict);
      if (reason) expect(view.stopped?.reason).toContain(reason);
      expect(view.evidence).toBeDefined();
      expect(proposedBranches(target.bare)).toEqual([]);
    },
    500_000,
  );
});

describe('a target that cannot be judged', () => {
  it.each([
    ['whose tests are red on the base', 'red', 'tests-failed-on-base', 'tests-failed-on-base'],
    ['whose benchmark fails', 'unbenched', 'benchmark-failed', 'benchmark-failed-on-base'],
  ])(
    '%s ends in a case that says so at the verifier',
    async (_, service, verdict, reason) => {
      const finding = opportunity({ service, repository: `example/${service}`, subject, anchor: service });
      const changes = { 'src/words.ts': slower };
      const patch = await host.client.putBlob(Buffer.from(await patchOf(join(dir, service), changes)), 'text/x-diff');

      await host.client.publish([draftFor(finding, target.commit, patch)]);
      const view = await caseWhen(finding.data.case.caseId, ({ verdict: found }) => found !== undefined);

      expect(view).toMatchObject({ state: 'stopped', verdict, stopped: { stage: 'verifier', reason } });
      expect(view.stopped?.message).not.toContain('    at ');
    },
    120_000,
  );
});

describe("a verification.concluded that is not the verifier's", () => {
  function forged(name: string, evidence: Verification['evidence']): ReturnType<typeof eventOf<Verification>> {
    const finding = opportunity({ service: 'words', repository: 'example/words', subject, anchor: name });
    const { case: header, kind, service, repository } = finding.data;
    return eventOf(verificationConcluded, {
      case: { ...header, step: 'verify.1', causationId: finding.id },
      kind,
      service,
      repository,
      subject,
      draftId: 'a draft',
      base: { branch: 'main', commit: target.commit },
      patch: { sha256: sha256('a patch'), size: 7, mediaType: 'text/x-diff' },
      verdict: 'improved',
      ...(evidence && { evidence }),
    });
  }

  it.each(['without evidence', 'with unsigned evidence', 'with the record of another case'])(
    'is refused %s: visible as a dead letter and on the timeline, no branch',
    async (name) => {
      const evidence = await evidenceFor(name);
      const event = forged(name, evidence);

      await host.client.publish([event]);
      const letter = await eventually('the dead letter', async () =>
        (await host.client.deadLetters()).find((each) => each.eventId === event.id && each.group === 'pr-writer'),
      );
      const view = await caseWhen(event.data.case.caseId, ({ timeline }) => timeline.length > 0);

      expect(letter.errorCode).toMatch(/^HEADROOM_EVIDENCE_/);
      expect(view.verdict).toBeUndefined();
      expect(view.timeline).toContainEqual(expect.objectContaining({ eventId: event.id, trusted: false }));
      expect(proposedBranches(target.bare)).toEqual([]);
    },
    120_000,
  );

  async function evidenceFor(name: string): Promise<Verification['evidence']> {
    if (name === 'without evidence') return undefined;
    if (name === 'with unsigned evidence') {
      return host.client.putBlob(Buffer.from('{"record":{"verdict":"improved"}}'), 'application/json');
    }
    const { cases } = await host.client.overview();
    const judged = cases.find((each) => each.verdict === 'policy-refused');
    const { view } = await host.client.details(judged?.caseId ?? '');
    return view.evidence;
  }
});

describe('bad input', () => {
  it('is refused at publish with the JSON path and the reason, and the good lines beside it are taken', async () => {
    const good = eventOf(signalRaised, {
      service: 'unknown-service',
      kind: 'opportunity-requested',
      subject,
      subjectContent: sha256('x'),
    });
    const bad = { ...good, id: 'bad', data: { ...good.data, subject: 'no function' } };
    const lines = [JSON.stringify(bad), 'not json', JSON.stringify(good), JSON.stringify({ ...good, type: 'x' })];

    const result = await headroom(['publish', '-', '--data', host.dataDir], { input: `${lines.join('\n')}\n` });

    expect(result.code).toBe(3);
    expect(result.stderr).toContain('standard input:1: refused, $.data.subject');
    expect(result.stderr).toContain('standard input:2: refused, $: is not JSON');
    expect(result.stderr).toContain('standard input:4: refused, $.type');
    expect(result.stderr).toContain('1 accepted, 3 refused');
  });

  it.each([
    ['a service that is not configured', 'nobody', 'service-not-configured'],
    ['a repository that cannot be read', 'unreadable', 'repository-unreadable'],
  ])('%s ends in a case that says so', async (_, service, reason) => {
    const signal = eventOf(signalRaised, {
      service,
      kind: 'opportunity-requested',
      subject,
      subjectContent: sha256(service),
    });

    await host.client.publish([signal]);
    const summary = await eventually('the case', async () =>
      (await host.client.overview()).cases.find((each) => each.service === service && each.state === 'stopped'),
    );
    const { view } = await host.client.details(summary.caseId);

    expect(view.stopped).toMatchObject({ stage: 'context-gatherer', reason });
    expect(view.stopped?.message).not.toContain('    at ');
  });
});
