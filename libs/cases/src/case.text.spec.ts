import { describe, expect, it } from '@jest/globals';
import { foldCase, summariseCase } from './case.fold.js';
import { renderCase, renderCaseList } from './case.text.js';
import type { CaseView } from './case.view.js';
import { caseEvents, withData } from './testing/case.events.js';

const events = caseEvents();

function proposed(): CaseView {
  let view = foldCase(undefined, events.finding);
  for (const event of [events.context, events.draft]) view = foldCase(view, event);
  view = foldCase(view, events.verification, { trusted: true });
  return foldCase(view, events.proposal);
}

const evidence = {
  verified: true,
  verdict: 'improved',
  cpuSecondsPerOperation: { base: 412e-6, head: 301e-6 },
  cpu: { estimate: -0.269, low: -0.281, high: -0.257 },
  control: { estimate: 0.002, low: -0.011, high: 0.014 },
  noiseFloor: 0.014,
  requiredEffect: 0.014,
  rounds: { used: 12, discarded: 2 },
  sandbox: 'none',
};

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => Array.from(line).length));
}

describe('renderCaseList', () => {
  it('shows each case with its state, aligned and within 100 columns', () => {
    const long = { ...summariseCase(proposed()), headline: `${'word '.repeat(60)}${'x'.repeat(150)}` };

    const text = renderCaseList([summariseCase(proposed()), long]);

    expect(text.split('\n')[0]).toMatch(/^CASE +STATE +SERVICE +WHAT$/);
    expect(text).toContain('opp-0123456789abcdef0123  proposed  web');
    expect(widest(text)).toBeLessThanOrEqual(100);
  });

  it('says so when there is none', () => {
    expect(renderCaseList([])).toBe('No cases yet.');
  });
});

describe('renderCase', () => {
  it('shows evidence, proposal and the whole timeline within 100 columns', () => {
    const text = renderCase(proposed(), { evidence });

    expect(text).toContain('412 µs CPU per operation');
    expect(text).toContain('−26.9 % (−28.1 % to −25.7 %)');
    expect(text).toContain('12 used, 2 discarded');
    expect(text).toContain('UNSANDBOXED');
    expect(text).toContain('headroom/web/opportunity-0123456789ab');
    expect(text).toContain('skill-executor');
    expect(text).toMatch(/trace +a{32}/);
    expect(widest(text)).toBeLessThanOrEqual(100);
  });

  it('shows figures only with a record', () => {
    const text = renderCase(proposed());

    expect(text).not.toMatch(/[µ%]/);
    expect(text).toContain(events.proposal.data.evidence.sha256);
  });

  it('says plainly that a record was refused', () => {
    const text = renderCase(proposed(), {
      evidence: { verified: false, problem: 'signature-invalid', verdict: 'improved' },
    });

    expect(text).toContain('REFUSED: signature-invalid');
  });

  it('keeps escape sequences from outside off the terminal', () => {
    const hostile = withData(events.draft, { summary: 'a\u001b[2Jb\u0007' });

    expect(renderCase(foldCase(foldCase(undefined, events.finding), hostile))).not.toMatch(/[^\P{Cc}\n]/u);
  });
});
