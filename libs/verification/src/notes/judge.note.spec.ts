import { beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, sha256 } from '@headroom/contracts';
import { regressionFinding } from '@headroom/testing';
import type { VerificationOutcome } from '../candidate.types.js';
import { ensureKeyPair, signEvidence, verifyEvidence, type Signer, type TrustedKeys } from '../evidence/signing.js';
import { filledNote, noteFigures } from './note.figures.js';
import { judgeNote, MAX_NOTE_BYTES, type JudgedNote } from './judge.note.js';

const finding = regressionFinding(
  {},
  {
    deltaOfService: 0.034,
    series: [{ deployment: 'd-001', version: 'v1', value: 777e-6, quiet: true }],
  },
);

let keys: { signer: Signer; trustedKeys: TrustedKeys };

beforeAll(async () => {
  keys = await ensureKeyPair(await mkdtemp(join(tmpdir(), 'headroom-keys-')));
});

function judged(text: string, more: Partial<JudgedNote> = {}): VerificationOutcome {
  return judgeNote({
    case: caseOf(),
    draft: { id: 'draft', blob: { sha256: sha256('draft'), size: 5, mediaType: 'application/json' } },
    base: { branch: 'main', commit: 'a'.repeat(40) },
    text: Buffer.from(text),
    outcome: 'accept',
    known: { finding },
    signer: keys.signer,
    toolVersion: '0.1.0',
    ...more,
  });
}

function caseOf(): JudgedNote['case'] {
  const { kind, service, repository, subject } = finding;
  return { caseId: finding.case.caseId, attempt: 1, kind, service, repository, subject };
}

function reasonsOf({ record }: VerificationOutcome): string[] {
  return record.policy.violations.map(({ rule }) => rule);
}

describe('judgeNote', () => {
  it('signs that nothing was measured, in a record that verifies and cannot be turned into a measurement', () => {
    const outcome = judged(
      'The cost of {{before}} per {{unitOfWork}} rose by {{growth}}: two languages were asked for.',
    );
    const { signature: _signature, ...whole } = JSON.parse(Buffer.from(outcome.evidence).toString()) as {
      signature: unknown;
      record: typeof outcome.record;
    };
    const forged = signEvidence({ ...whole.record, verdict: 'improved' }, keys.signer);

    expect(outcome).toMatchObject({
      verdict: 'nothing-to-measure',
      record: { note: { outcome: 'accept', figures: ['before', 'unitOfWork', 'growth'] }, patch: { files: [] } },
    });
    expect(outcome.stopped).toBeUndefined();
    expect(outcome.record.measurement).toBeUndefined();
    expect(verifyEvidence(outcome.evidence, keys.trustedKeys)).toMatchObject({ valid: true });
    expect(verifyEvidence(forged, keys.trustedKeys)).toMatchObject({ valid: false, reason: 'verdict-mismatch' });
    expect(canonicalJson(whole.record)).toBe(canonicalJson(outcome.record));
  });

  it.each([
    ['It costs 60 µs now, 40 µs before.', []],
    ['It grew by 50 % at deployment d-009, that is 3.4 % of the service.', []],
    ['It grew by 51 %.', ['note-figure']],
    ['A revert would save 1200 USD a year.', ['note-figure']],
    ['A revert would save $1,200 a year.', ['note-figure']],
    ['It is 3x as slow, 1.5 times as before.', ['note-figure']],
    ['Older deployments took 777 µs.', ['note-figure']],
    ['Steps 1 and 2 of RFC 9110 apply; see line 120.', []],
    ['It saves **31** %, `32` %, 33\u200b%, ３４％, 35-percent.', Array(5).fill('note-figure')],
    ['It saves 1200 €, EUR 1,200, 1.2k USD, 1e3 dollars.', Array(4).fill('note-figure')],
    ['It is slower by a factor of 3, and by a factor of 1.5.', ['note-figure']],
    // A count of deployments, a ratio and a share are no cores, no energy, no money.
    ['It frees 8 cores, 4x, 1.5 kWh, $1.5, 4 days.', Array(5).fill('note-figure')],
    ['It grew by **50** %, 1.5‐fold, to `60` µs.', []],
    ['It saves {{saving}}.', ['note-figure-unknown']],
    ["const token = 'abcdefghij0123';", ['note-secret']],
    ['x'.repeat(MAX_NOTE_BYTES + 1), ['note-too-large']],
  ])('judges %j by the figures and secrets in it', (text, reasons) => {
    const outcome = judged(text);

    expect(reasonsOf(outcome)).toEqual(reasons);
    expect(outcome.verdict).toBe(reasons.length === 0 ? 'nothing-to-measure' : 'policy-refused');
    expect(outcome.stopped?.reason).toBe(reasons[0]);
    expect(verifyEvidence(outcome.evidence, keys.trustedKeys)).toMatchObject({ valid: true });
  });

  it('knows no figure of an opportunity', () => {
    expect(reasonsOf(judged('It is {{before}}, 40 µs.', { known: {} }))).toEqual([
      'note-figure-unknown',
      'note-figure',
    ]);
  });

  it('follows the policy of the repository', () => {
    const violations = [{ rule: 'skill-disabled' as const, message: 'The repository does not want it.' }];

    expect(judged('Fine.', { targetPolicy: { violations, notes: [] } })).toMatchObject({
      verdict: 'policy-refused',
      stopped: { reason: 'skill-disabled' },
    });
  });
});

describe('filledNote', () => {
  it('fills in figures of the finding, as they are written elsewhere', () => {
    expect(filledNote('From {{ before }} to {{after}} ({{growth}}), {{other}}.', noteFigures(finding))).toBe(
      'From 40.0 µs to 60.0 µs (+50.0 %), {{other}}.',
    );
  });
});
