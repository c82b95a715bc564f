import { describe, expect, it } from '@jest/globals';
import type { Draft, HeadroomEvent } from '@headroom/contracts';
import { foldCase, isSettled } from './case.fold.js';
import { commandOn } from './case.command.js';
import { renderCase } from './case.text.js';
import type { CaseView } from './case.view.js';
import { caseEvents, commandEvent, withData } from './testing/case.events.js';

const events = caseEvents();
const TRUSTED = { trusted: true };
const blob = (mediaType: string) => ({ sha256: 'e'.repeat(64), size: 12, mediaType });

function folded(...arrivals: (HeadroomEvent | [HeadroomEvent, { trusted: boolean }])[]): CaseView {
  let view: CaseView | undefined;
  for (const arrival of arrivals) {
    const [event, meta] = Array.isArray(arrival) ? arrival : [arrival, undefined];
    view = foldCase(view, event, meta);
  }
  return view!;
}

function drafted(change: Partial<Draft>, id?: string): HeadroomEvent<Draft> {
  const { patch: _patch, ...rest } = events.draft.data;
  return { ...events.draft, ...(id !== undefined && { id }), data: { ...rest, files: [], ...change } };
}

const message =
  'The case needs a model and there is no key. Set a key where agent.keyEnv says, or resume the case when there is one.';
const parked = drafted({
  outcome: 'abstain',
  summary: 'Waits for a model.',
  stopped: { reason: 'needs-model', message },
  parked: { reason: 'needs-model' },
});

describe('a draft that needs a model', () => {
  const waiting = folded(events.finding, events.context, parked);

  it('is parked with what to do, and not left alone', () => {
    expect(waiting).toMatchObject({
      state: 'parked',
      stage: 'skill-executor',
      parked: { stage: 'skill-executor', reason: 'needs-model', message },
    });
    expect(waiting).not.toHaveProperty('stopped');
    expect(isSettled(waiting)).toBe(false);
    const text = renderCase(waiting).replace(/\s+/g, ' ');
    expect(text).toContain('waits for needs-model');
    expect(text).toContain('Set a key where agent.keyEnv says');
  });

  it('is drafted again when a person resumes it, until it waits once more or concludes', () => {
    const decision = commandOn(waiting, { command: 'resume', who: 'search@web.example', nowMs: 0 });
    const resume = commandEvent(1, { command: 'resume', after: parked.id });
    const resumed = foldCase(waiting, resume);
    const step = { ...events.draft.data.case, step: 'draft.2' };
    const again = { ...withData(parked, { case: step }, 'again') };
    const patch = withData(events.draft, { case: step }, 'second');

    expect(decision).toMatchObject({ outcome: 'accepted' });
    expect(resumed).toMatchObject({ state: 'drafting', stage: 'skill-executor' });
    expect(resumed).not.toHaveProperty('parked');
    expect(foldCase(resumed, again)).toMatchObject({ state: 'parked', parked: { reason: 'needs-model' } });
    expect(foldCase(resumed, patch)).toMatchObject({ state: 'verifying' });
  });

  it('goes on by itself too', () => {
    const second = withData(events.draft, { case: { ...events.draft.data.case, step: 'draft.2' } }, 'second');

    expect(foldCase(waiting, second)).toMatchObject({ state: 'verifying', stage: 'verifier' });
    expect(foldCase(waiting, second)).not.toHaveProperty('parked');
  });
});

describe('a draft that is a note', () => {
  const note = drafted({
    outcome: 'accept',
    summary: 'The cost buys two more languages.',
    note: blob('text/markdown'),
    facts: [{ text: 'It answers in three languages.', evidence: ['src/a.ts:a'] }],
    hypotheses: [{ text: 'Few read them.', confidence: 0.4, refutedBy: 'Half of the requests do.' }],
    alternatives: [
      { outcome: 'config', title: 'Answer on demand.', cost: 'One setting.', risk: '', expectedSaving: 'Most of it.' },
    ],
    model: {
      name: 'example-model',
      inputTokens: 10,
      outputTokens: 20,
      cachedTokens: 30,
      usd: 0.314,
      transcript: blob('application/json'),
    },
  });
  const { patch: _patch, ...verdict } = events.verification.data;
  const judged = {
    ...events.verification,
    data: { ...verdict, note: blob('text/markdown'), verdict: 'nothing-to-measure' as const },
  };
  const { base } = events.proposal.data;
  const opened = withData(events.proposal, {
    form: 'note',
    verdict: 'nothing-to-measure',
    branch: base.branch,
    commit: base.commit,
    title: 'note(web): the cost buys two more languages',
  });

  it('is checked, written and open, and has no branch', () => {
    const view = folded(events.finding, events.context, note);
    const checked = foldCase(view, judged, TRUSTED);
    const proposed = foldCase(checked, opened);

    expect(view).toMatchObject({ state: 'verifying', draft: { outcome: 'accept', note: blob('text/markdown') } });
    expect(view.headline).toBe(
      'Note that the cost is to be accepted by regex-precompile 1.0.0: The cost buys two more languages.',
    );
    expect(checked).toMatchObject({ state: 'proposing', verdict: 'nothing-to-measure' });
    expect(proposed).toMatchObject({ state: 'proposed', proposal: { form: 'note' } });
    expect(proposed).not.toHaveProperty('branch');
  });

  it('is shown with its skill, what is shown apart from what is believed, what else could be done, and what it cost', () => {
    const text = renderCase(folded(events.finding, events.context, note, [judged, TRUSTED], opened), {
      note: '# Why\n\nIt takes 60.0 µs\u001b[2J per request.',
    });

    expect(text).toMatch(/skill +regex-precompile 1\.0\.0, digest a3c024f1d8b5d3a7/);
    expect(text).toMatch(/fact +It answers in three languages\. \(src\/a\.ts:a\)/);
    expect(text).toMatch(/Hypotheses, not shown\n +40\.0 % +Few read them\. Refuted by: Half of the requests do\./);
    expect(text).toMatch(
      /Alternatives\n +config +Answer on demand\.; cost: One setting\.; expected saving: Most of it\./,
    );
    expect(text).toMatch(/model +example-model: 10 tokens read, 30 from its cache, 20 written, USD 0\.31/);
    expect(text).toMatch(/transcript +e{64}/);
    expect(text).toMatch(/Note\n +# Why\n[^]*It takes 60\.0 µs/);
    expect(text).not.toMatch(/[^\P{Cc}\n]/u);
    expect(text).toMatch(/form +a note: nothing was measured/);
    expect(text).not.toMatch(/branch +main/);
  });
});

describe('a draft with several candidates', () => {
  it('shows the one that was proven, once it was', () => {
    const second = { sha256: 'd'.repeat(64), size: 9, mediaType: 'text/x-diff' };
    const candidates = [{ patch: second, files: ['src/a.ts'], summary: 'Another one.' }];
    const draft = withData(events.draft, { candidates });
    const improved = withData(events.verification, {
      patch: second,
      tried: [{ patch: events.draft.data.patch!, verdict: 'no-effect' }],
    });
    const view = folded(events.finding, events.context, draft);

    expect(view.patch).toEqual(events.draft.data.patch);
    expect(foldCase(view, improved, TRUSTED).patch).toEqual(second);
    expect(foldCase(view, improved).patch).toEqual(events.draft.data.patch);
  });
});

describe('a revert', () => {
  it('goes on unmeasured and says so', () => {
    const revert = withData(events.draft, { outcome: 'revert', summary: 'Reverts the pattern per word.' });
    const unmeasured = withData(events.verification, {
      verdict: 'unmeasured',
      tried: [{ patch: blob('text/x-diff'), verdict: 'no-effect' }],
    });

    const view = folded(events.finding, events.context, revert, [unmeasured, TRUSTED]);

    expect(view).toMatchObject({ state: 'proposing', patch: events.draft.data.patch });
    expect(view.headline).toContain('nothing was measured');
    expect(view.timeline.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^Revert by regex-precompile 1\.0\.0 \(1 file\)/),
        expect.stringMatching(/^Verdict unmeasured, after 1 other candidate/),
      ]),
    );
  });
});
