import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { draftConcluded } from '@headroom/contracts';
import { ensureKeyPair, judgeNote, signEvidence, type EvidenceRecord } from '@headroom/verification';
import { summariseEvidence } from './evidence.summary.js';

const { case: header, kind, service, repository, subject, base, patch } = draftConcluded.example;

let dir: string;
let keys: Awaited<ReturnType<typeof ensureKeyPair>>;
let judged: ReturnType<typeof judgeNote>;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'headroom-summary-'));
  keys = await ensureKeyPair(dir);
  judged = judgeNote({
    case: { caseId: header.caseId, attempt: 1, kind, service, repository, subject },
    draft: { id: 'draft', blob: patch! },
    base: base!,
    signer: keys.signer,
    toolVersion: '0.0.0',
    text: Buffer.from('We know.'),
    outcome: 'accept',
    known: {},
  });
});

afterAll(() => rm(dir, { recursive: true, force: true }));

/** A revert without a benchmark, with these differences from the base. */
function reverted(restored: NonNullable<EvidenceRecord['differential']>['restored']): Uint8Array {
  const { note: _note, ...rest } = judged.record;
  const passed = { exitCode: 0, outcome: 'exited', passed: 3, failed: 0, skipped: 0, failures: [] };
  const differential = {
    functions: [{ id: subject, changed: true, calls: { base: 2, head: 2 }, compared: 2, masked: 0 }],
    logRecords: { base: 0, head: 0, removed: {}, masked: 0 },
    masks: [],
    differences: [],
    untested: [],
    ...(restored && { restored }),
  };
  const record: EvidenceRecord = {
    ...rest,
    change: 'revert',
    tests: { base: passed, head: passed },
    differential,
    verdict: 'unmeasured',
  };
  return signEvidence(record, keys.signer);
}

describe('summariseEvidence', () => {
  it('says of a note that it was signed, and has no figure', () => {
    const summary = summariseEvidence(judged.evidence, keys.trustedKeys);

    expect(summary).toMatchObject({ verified: true, verdict: 'nothing-to-measure' });
    expect(summary).not.toHaveProperty('cpu');
    expect(summary).not.toHaveProperty('differential');
  });

  it('does not hide what a revert brings back', () => {
    const difference = { of: 'return' as const, subject, message: 'It returns digits too.' };
    const restored = { commit: 'c'.repeat(40), differences: [difference] };

    expect(summariseEvidence(reverted(restored), keys.trustedKeys)).toMatchObject({
      verified: true,
      verdict: 'unmeasured',
      differential: expect.stringMatching(/: 1 as before cccccccccc, nothing else differs$/),
    });
    expect(summariseEvidence(reverted(undefined), keys.trustedKeys).differential).toMatch(/nothing else differs$/);
  });

  it('believes no record that another key signed', async () => {
    const { signer } = await ensureKeyPair(join(dir, 'another'));
    const forged = signEvidence({ ...judged.record, signer: signer.keyId }, signer);

    expect(summariseEvidence(forged, keys.trustedKeys)).toMatchObject({ verified: false, verdict: 'not believed' });
  });
});
