import { z } from 'zod';
import {
  baseSchema,
  blobRefSchema,
  caseEventShape,
  nameSchema,
  skillRefSchema,
  stopSchema,
  timestampSchema,
} from '../common.js';
import { caseEvent } from '../contract.js';
import { exampleBlob, exampleCase, exampleCommit, exampleSkill, exampleSubject } from './case.example.js';

/**
 * How a draft can end.
 *
 * - `patch`: a change of code
 * - `revert`: the change that caused it is taken back
 * - `config`: a change of configuration
 * - `accept`: the cost is worth what it buys; nothing is to be changed
 * - `cost-shift`: the cost came from somewhere else and did not grow as a whole
 * - `abstain`: left alone, with the reason
 */
export const draftOutcomeSchema = z.enum(['patch', 'revert', 'config', 'accept', 'cost-shift', 'abstain']);
export type DraftOutcome = z.infer<typeof draftOutcomeSchema>;

export const alternativeSchema = z.object({
  outcome: draftOutcomeSchema,
  title: z.string().min(1).max(600),
  /** What it takes, what can go wrong, what it may save: words, never a figure that was not measured. */
  cost: z.string().max(1000),
  risk: z.string().max(1000),
  expectedSaving: z.string().max(1000),
});
/** Something else that could be done. */
export type Alternative = z.infer<typeof alternativeSchema>;

export const hypothesisSchema = z.object({
  text: z.string().min(1).max(2000),
  /** Probability that it is right, 0 to 1, as whoever drafted sees it. */
  confidence: z.number().min(0).max(1),
  /** The observation that would refute it. */
  refutedBy: z.string().max(1000),
});
/** What is believed and not shown. */
export type Hypothesis = z.infer<typeof hypothesisSchema>;

export const modelUseSchema = z.object({
  /** As the provider names it. */
  name: nameSchema,
  /** Tokens of all turns together: read anew, written, and read from the cache. */
  inputTokens: z.int().nonnegative(),
  outputTokens: z.int().nonnegative(),
  cachedTokens: z.int().nonnegative(),
  usd: z.number().nonnegative(),
  /** What was asked and answered. */
  transcript: blobRefSchema.optional(),
});
/** What a model was used for a draft, and what that cost. */
export type ModelUse = z.infer<typeof modelUseSchema>;

const parkedSchema = z.object({
  /** For example `noisy machine`, `needs-model`. */
  reason: z.string(),
  /** Absent = a command resumes it, or what it waits for. */
  resumesAt: timestampSchema.optional(),
});

const draftShape = z.object({
  ...caseEventShape,
  outcome: draftOutcomeSchema,
  base: baseSchema.optional(),
  skill: skillRefSchema.optional(),
  /** Unified diff against the base, for `patch`, `revert` and `config`. */
  patch: blobRefSchema.optional(),
  files: z.array(z.string()),
  /** What the candidate does, or what the note says, one sentence. */
  summary: z.string(),
  /** What the candidate rests on; every fact points at evidence. */
  facts: z.array(z.object({ text: z.string(), evidence: z.array(z.string()).min(1) })),
  /** Who should review: the author of the root cause, or the owners. */
  reviewers: z.array(z.object({ who: z.string(), why: z.string() })),
  /** Why the skill left it alone, for `outcome: abstain`. */
  stopped: stopSchema.optional(),
  /** The dossier that the candidate was drafted from. */
  dossier: blobRefSchema.optional(),
  /**
   * Markdown for a person, for `accept`, `cost-shift` and an abstention worth telling. `{{name}}` asks for a figure of the finding;
   * the note states no other.
   */
  note: blobRefSchema.optional(),
  /** What else could be done, best first. */
  alternatives: z.array(alternativeSchema).max(20).optional(),
  hypotheses: z.array(hypothesisSchema).max(30).optional(),
  /** Further patches of the same outcome, best first; `patch` goes before them. */
  candidates: z
    .array(z.object({ patch: blobRefSchema, files: z.array(z.string()), summary: z.string() }))
    .max(4)
    .optional(),
  /** Set when a model was asked. */
  model: modelUseSchema.optional(),
  /** Set when the draft waits, for example for a model; with `outcome: abstain` until it goes on. */
  parked: parkedSchema.optional(),
});

/** Outcomes that carry a diff, and those that carry a note. */
const WITH_PATCH: readonly DraftOutcome[] = ['patch', 'revert', 'config'];
const WITH_NOTE: readonly DraftOutcome[] = ['accept', 'cost-shift'];

function missingOf(data: z.infer<typeof draftShape>): [path: string, message: string] | undefined {
  const { outcome, patch, note, base, stopped, parked } = data;
  if (WITH_PATCH.includes(outcome) && !(patch && base)) return ['patch', `a ${outcome} needs its diff and its base`];
  if (!WITH_PATCH.includes(outcome) && (patch || data.candidates)) return ['patch', `no diff belongs to "${outcome}"`];
  if (WITH_NOTE.includes(outcome) && !note) return ['note', `the outcome "${outcome}" needs its note`];
  if (note && WITH_PATCH.includes(outcome)) return ['note', `no note belongs to "${outcome}"`];
  if (note && !base) return ['base', 'a note needs the base that it is about'];
  if (outcome === 'abstain' && !stopped) return ['stopped', 'an abstention needs its reason'];
  if (parked && outcome !== 'abstain') return ['parked', 'only an abstention waits'];
  return undefined;
}

const draftSchema = draftShape.superRefine((data, context) => {
  const missing = missingOf(data);
  if (missing) context.addIssue({ code: 'custom', path: [missing[0]], message: missing[1] });
});
export type Draft = z.infer<typeof draftSchema>;

export const draftConcluded = caseEvent<Draft>({
  name: 'draft.concluded',
  summary:
    'How the draft of a case ended: a candidate with its diff, a note for a person where nothing is to be changed, or a reasoned abstention.',
  producer: 'skill-executor',
  consumers: ['verifier', 'projector'],
  schema: draftSchema,
  example: {
    case: exampleCase('draft.1'),
    ...exampleSubject,
    outcome: 'patch',
    base: { branch: 'main', commit: exampleCommit },
    skill: exampleSkill,
    patch: exampleBlob('text/x-diff'),
    files: ['src/search/tokenize.ts'],
    summary: 'Moves two regular expressions out of tokenize.',
    facts: [{ text: 'tokenize builds a regular expression per word.', evidence: ['src/search/tokenize.ts:tokenize'] }],
    reviewers: [{ who: 'search@web.example', why: 'CODEOWNERS' }],
  },
});

/**
 * How a verification can end. `improved` becomes a proposal. So does `unmeasured`: a revert or a configuration change that keeps
 * tests and behaviour where there is no benchmark; and `nothing-to-measure`: a note, which changes nothing.
 */
export const verdictSchema = z.enum([
  'improved',
  'unmeasured',
  'nothing-to-measure',
  'no-effect',
  'worse',
  'tests-failed',
  'tests-failed-on-base',
  'behaviour-changed',
  'untested',
  'policy-refused',
  'install-failed',
  'build-failed',
  'build-failed-on-base',
  'no-benchmark',
  'benchmark-failed',
  'invalid-noisy',
  'sandbox-unavailable',
  'error',
]);
export type Verdict = z.infer<typeof verdictSchema>;

const verificationSchema = z.object({
  ...caseEventShape,
  /** Id of the draft.concluded event that was judged. */
  draftId: z.string(),
  base: baseSchema.optional(),
  /** The diff that was judged: the draft's, or the one of its candidates that `evidence` is about. */
  patch: blobRefSchema.optional(),
  /** The note that was judged, for a draft without a diff. */
  note: blobRefSchema.optional(),
  verdict: verdictSchema,
  /** Stable reason and a sentence, for every verdict that leads to no proposal. */
  stopped: stopSchema.optional(),
  /** Set when the case waits and tries again. */
  parked: parkedSchema.optional(),
  /** The draft's other candidates that were judged, in that order. */
  tried: z
    .array(z.object({ patch: blobRefSchema, verdict: verdictSchema, evidence: blobRefSchema.optional() }))
    .optional(),
  /** The signed record. Absent where nothing could be examined. */
  evidence: blobRefSchema.optional(),
});
export type Verification = z.infer<typeof verificationSchema>;

export const verificationConcluded = caseEvent<Verification>({
  name: 'verification.concluded',
  summary:
    'What the verifier found. Figures are only in the signed evidence record; an event whose record does not verify opens nothing.',
  producer: 'verifier',
  consumers: ['pr-writer', 'projector'],
  schema: verificationSchema,
  example: {
    case: exampleCase('verify.1'),
    ...exampleSubject,
    draftId: '7d1b7c0e-2f0a-5c53-8f0a-0a4a8f2f6b1e',
    base: { branch: 'main', commit: exampleCommit },
    patch: exampleBlob('text/x-diff'),
    verdict: 'improved',
    evidence: exampleBlob('application/json'),
  },
});
