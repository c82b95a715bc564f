import { sha256, type Finding, type RootCause } from '@headroom/contracts';
import type { JudgedDraft, VerificationOutcome } from '../candidate.types.js';
import { emptyFindings } from '../empty.findings.js';
import type { EvidenceRecord, NoteRecord } from '../evidence/evidence.schema.js';
import { signEvidence } from '../evidence/signing.js';
import { conclude } from '../evidence/verdict.js';
import { holdsSecret, type PolicyViolation } from '@headroom/workspace';
import type { TargetPolicyFindings } from '../gates/target.policy.js';
import { figuresAskedFor, noteFigures, withoutMarks } from './note.figures.js';
import { unknownFigures } from './stated.figures.js';

/** Longest note, bytes. */
export const MAX_NOTE_BYTES = 16_384;

/** A note to judge, and what it may rest on. */
export interface JudgedNote extends JudgedDraft {
  /** The note as it was drafted, with its `{{names}}`. */
  text: Uint8Array;
  outcome: NoteRecord['outcome'];
  /** What the figures of the note have to come from. */
  known: { finding?: Finding; rootCause?: RootCause };
  /** What the repository's own policy says about the draft. @default nothing */
  targetPolicy?: Pick<TargetPolicyFindings, 'violations' | 'notes'>;
}

/**
 * Judges a draft that changes nothing: its size, that it holds no credential, and that every figure in it is one of the finding. The
 * record holds no measurement, and says so with the verdict `nothing-to-measure`.
 */
export function judgeNote(input: JudgedNote): VerificationOutcome {
  const { known, targetPolicy, signer, outcome } = input;
  const text = Buffer.from(input.text).toString('utf8');
  const note = noteRecordOf(input.text, outcome);
  const findings = {
    ...emptyFindings({ ...input, note, patch: '', allowedEffects: [] }, { sandbox: 'not-used', benchmarked: false }),
    policy: {
      violations: [...(targetPolicy?.violations ?? []), ...noteViolations(text, known)].slice(0, 200),
      ...(targetPolicy?.notes.length && { notes: targetPolicy.notes.slice(0, 50) }),
    },
  };
  const { verdict, stopped } = conclude(findings);
  const record: EvidenceRecord = {
    ...findings,
    verdict,
    ...(stopped && { stopped }),
    endedAt: new Date().toISOString(),
  };
  return { verdict, ...(stopped && { stopped }), record, evidence: signEvidence(record, signer) };
}

/** What a record says of a note. */
export function noteRecordOf(text: Uint8Array, outcome: NoteRecord['outcome']): NoteRecord {
  const figures = figuresAskedFor(Buffer.from(text).toString('utf8'))
    .slice(0, 50)
    .map((name) => name.slice(0, 100));
  return { sha256: sha256(text), size: text.length, outcome, figures };
}

function noteViolations(text: string, { finding, rootCause }: JudgedNote['known']): PolicyViolation[] {
  const size = Buffer.byteLength(text);
  if (size > MAX_NOTE_BYTES) {
    return [{ rule: 'note-too-large', message: `The note has ${size} bytes; at most ${MAX_NOTE_BYTES} are allowed.` }];
  }
  const figures = noteFigures(finding);
  const asked = figuresAskedFor(text).filter((name) => !Object.hasOwn(figures, name));
  const stated = unknownFigures(withoutMarks(text), [valuesOf(finding), causeOf(rootCause)]);
  return [
    ...(holdsSecret(text)
      ? [{ rule: 'note-secret' as const, message: 'The note holds what looks like a credential.' }]
      : []),
    ...asked.slice(0, 10).map((name) => ({
      rule: 'note-figure-unknown' as const,
      message: `The note asks for "${name.slice(0, 60)}", which the finding does not have.`,
    })),
    ...stated.slice(0, 10).map((figure) => ({
      rule: 'note-figure' as const,
      message: `The note states "${figure.slice(0, 60)}", which no record holds.`,
    })),
  ];
}

function valuesOf(finding: Finding | undefined): unknown {
  if (!finding?.regression) return [];
  const { before, after, delta, deltaOfService, chain, grownCallees } = finding.regression;
  const growth = before > 0 ? [after / before, after / before - 1] : [];
  return [before, after, delta, deltaOfService, growth, [...chain, ...grownCallees].map((frame) => frame.delta)];
}

/** What the cause changed: values of settings, versions, shares of traffic. */
function causeOf(rootCause: RootCause | undefined): unknown {
  if (rootCause?.status !== 'named' || rootCause.cause.kind === 'commit') return [];
  const { cause } = rootCause;
  return cause.kind === 'dependency' ? [cause.from, cause.to] : [cause.before, cause.after];
}
